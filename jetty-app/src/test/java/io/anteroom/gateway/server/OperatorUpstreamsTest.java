// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admin.api.UpstreamView.Upstream;
import io.anteroom.event.NoticeListener;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.upstream.Surroundings;
import io.anteroom.gateway.upstream.Upstreams;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

final class OperatorUpstreamsTest {
    private static OperatorUpstreams upstreams() throws Exception {
        Upstreams upstreams = new Upstreams(
                new ConfigReader(name -> "sk-key")
                        .parse("upstreams: {g: {urls: ['http://a:1', 'http://b:2'], key-env: KEY}}")
                        .upstream(),
                Surroundings.real(url -> 0, NoticeListener.NOBODY));
        return new OperatorUpstreams(upstreams, new DrainKeeper(upstreams, null, InstantSource.system()));
    }

    @Test
    void all_showsEach_withoutCredentials() throws Exception {
        OperatorUpstreams upstreams = upstreams();

        assertThat(upstreams.all()).extracting(Upstream::id).containsExactly("g-1", "g-2");
        assertThat(upstreams.all()).extracting(Upstream::state).containsOnly("up");
        assertThat(upstreams.all()).extracting(Upstream::breaker).containsOnly("closed");
        assertThat(upstreams.all().toString()).contains("http://a:1").doesNotContain("sk-key");
    }

    @Test
    void drain_undrain_reset_reachTheBackend() throws Exception {
        OperatorUpstreams upstreams = upstreams();

        assertThat(upstreams.drain("g-2")).isTrue();
        assertThat(upstreams.all()).extracting(Upstream::state).containsExactly("up", "drained");
        assertThat(upstreams.undrain("g-2")).isTrue();
        assertThat(upstreams.all()).extracting(Upstream::state).containsExactly("up", "up");
        assertThat(upstreams.reset("g-1")).isTrue();
        assertThat(upstreams.drain("h-1")).isFalse();
        assertThat(upstreams.undrain("h-1")).isFalse();
        assertThat(upstreams.reset("h-1")).isFalse();
    }
}
