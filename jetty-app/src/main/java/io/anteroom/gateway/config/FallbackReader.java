// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.gateway.config.GatewayConfig.PoolFallback;
import io.anteroom.gateway.config.GatewayConfig.Secret;
import io.anteroom.gateway.config.UpstreamGroup.Backend;
import io.anteroom.gateway.config.UpstreamGroup.Breaker;
import io.anteroom.gateway.config.UpstreamGroup.Choice;
import io.anteroom.gateway.config.UpstreamGroup.Headers;
import io.anteroom.gateway.config.UpstreamGroup.Health;
import io.anteroom.servlet.Fallback;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads where requests of a pool go on when their longest wait is over. */
final class FallbackReader {
    private static final String EXPECTED = "a block with an upstream or a group, a model, or both";

    private final UpstreamReader upstreams;

    FallbackReader(UpstreamReader upstreams) {
        this.upstreams = upstreams;
    }

    /** Reads {@code fallback} and {@code on-timeout} of a pool; null if there is no fallback. */
    @Nullable PoolFallback read(String name, Section pool, UpstreamGroup usual) {
        boolean isDefault = pool.choice("on-timeout", false, Map.of("error", false, "fallback", true));
        if (!pool.has("fallback")) {
            if (isDefault) {
                pool.problem("fallback", EXPECTED);
            }
            return null;
        }
        Section section = pool.section("fallback");
        String model = section.scalar("model", BackendReader.MODEL, "", BackendReader::model);
        if (!section.has("upstream") && !section.has("group") && !section.has("model")) {
            pool.problem("fallback", EXPECTED);
        }
        String told =
                section.scalar("name", "a name of 1 to 64 of A-Z a-z 0-9 . _ -", "fallback", FallbackReader::name);
        int most = section.count("most", 0, 0, UpstreamReader.many());
        Optional<UpstreamGroup> upstream = upstream(name, section, usual);
        upstream.ifPresent(group -> upstreams.ofFallback(name, group));
        section.end();
        Fallback how = new Fallback(told, null, model.isEmpty() ? null : model, isDefault, most);
        return new PoolFallback(how, upstream);
    }

    /** Backends of its own. What the gateway's have for credentials stays with those. */
    private Optional<UpstreamGroup> upstream(String pool, Section section, UpstreamGroup usual) {
        List<URI> urls = section.list("upstream", BackendReader.URL, BackendReader::url);
        boolean isOwn = section.has("upstream");
        for (String key : List.of("key-env", "key-file", "forward-client-key")) {
            if (section.has(key) && !isOwn) {
                section.problem(key, "nothing, without an upstream: it is that of the gateway");
            }
        }
        if (section.has("group")) {
            Optional<UpstreamGroup> group = upstreams.find(section.text("group", ""));
            if (isOwn || group.isEmpty()) {
                section.problem("group", "the name of a group of upstreams, without an upstream beside it");
            }
            return group;
        }
        return isOwn && !urls.isEmpty() ? Optional.of(own(pool, urls, section, usual)) : Optional.empty();
    }

    private UpstreamGroup own(String pool, List<URI> urls, Section section, UpstreamGroup usual) {
        Optional<Secret> key = upstreams.backends().key(section);
        String group = "fallback:" + pool;
        List<Backend> backends = new ArrayList<>();
        for (URI url : urls) {
            backends.add(new Backend(group + "-" + (backends.size() + 1), url, 1, 0, Map.of(), key, false));
        }
        return new UpstreamGroup(
                group,
                backends,
                Map.of(),
                new Headers(
                        "Authorization",
                        section.yes("forward-client-key", false),
                        usual.headers().forwardHost()),
                usual.timeouts(),
                Choice.LEAST_LOADED,
                Health.OFF,
                usual.retry(),
                Breaker.OFF,
                false,
                List.of());
    }

    private static @Nullable String name(String text) {
        return text.matches("[A-Za-z0-9._-]{1,64}") ? text : null;
    }
}
