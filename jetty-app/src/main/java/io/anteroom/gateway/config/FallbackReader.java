// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.gateway.config.GatewayConfig.PoolFallback;
import io.anteroom.gateway.config.GatewayConfig.Upstream;
import io.anteroom.servlet.Fallback;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads where requests of a pool go on when their longest wait is over. */
final class FallbackReader {
    private static final String EXPECTED = "a block with an upstream, a model, or both";
    private static final int LONGEST_MODEL = 256;

    private final UpstreamReader upstreams;

    FallbackReader(UpstreamReader upstreams) {
        this.upstreams = upstreams;
    }

    /** Reads {@code fallback} and {@code on-timeout} of a pool; null if there is no fallback. */
    @Nullable PoolFallback read(Section pool, Upstream usual) {
        boolean isDefault = pool.choice("on-timeout", false, Map.of("error", false, "fallback", true));
        if (!pool.has("fallback")) {
            if (isDefault) {
                pool.problem("fallback", EXPECTED);
            }
            return null;
        }
        Section section = pool.section("fallback");
        String model = section.scalar("model", "a name of 1 to 256 characters", "", FallbackReader::model);
        if (!section.has("upstream") && !section.has("model")) {
            pool.problem("fallback", EXPECTED);
        }
        String name =
                section.scalar("name", "a name of 1 to 64 of A-Z a-z 0-9 . _ -", "fallback", FallbackReader::name);
        Optional<Upstream> upstream = upstream(section, usual);
        section.end();
        return new PoolFallback(new Fallback(name, null, model.isEmpty() ? null : model, isDefault), upstream);
    }

    /** A backend of its own. What the gateway's has for credentials stays with that one. */
    private Optional<Upstream> upstream(Section section, Upstream usual) {
        List<URI> urls = section.list("upstream", UpstreamReader.URL, UpstreamReader::url);
        boolean isOwn = section.has("upstream");
        for (String key : List.of("key-env", "forward-client-key")) {
            if (section.has(key) && !isOwn) {
                section.problem(key, "nothing, without an upstream: it is that of the gateway");
            }
        }
        return isOwn
                ? Optional.of(new Upstream(
                        urls,
                        upstreams.key(section),
                        section.yes("forward-client-key", false),
                        usual.forwardHost(),
                        usual.timeouts()))
                : Optional.empty();
    }

    private static @Nullable String name(String text) {
        return text.matches("[A-Za-z0-9._-]{1,64}") ? text : null;
    }

    private static @Nullable String model(String text) {
        return text.isBlank() || text.length() > LONGEST_MODEL ? null : text;
    }
}
