// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static io.anteroom.gateway.config.ConfigReader.DAY;
import static io.anteroom.gateway.config.ConfigReader.TICK;

import io.anteroom.gateway.config.GatewayConfig.Secret;
import io.anteroom.gateway.config.GatewayConfig.Timeouts;
import io.anteroom.gateway.config.GatewayConfig.Upstream;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads the block {@code upstream}. */
final class UpstreamReader {
    static final String URL = "an address as http://127.0.0.1:8000";

    private final UnaryOperator<@Nullable String> environment;

    UpstreamReader(UnaryOperator<@Nullable String> environment) {
        this.environment = environment;
    }

    Upstream read(Section section) {
        List<URI> urls = new ArrayList<>(section.list("url", URL, UpstreamReader::url));
        urls.addAll(section.list("urls", URL, UpstreamReader::url));
        if (!section.has("url") && !section.has("urls")) {
            section.problem("url", URL);
        }
        Upstream upstream = new Upstream(
                urls,
                key(section),
                section.yes("forward-client-key", false),
                section.yes("forward-host", false),
                timeouts(section.section("timeouts")));
        section.end();
        return upstream;
    }

    /** The key of the backends of a section, from the environment. */
    Optional<Secret> key(Section section) {
        if (!section.has("key-env")) {
            return Optional.empty();
        }
        String value = environment.apply(section.text("key-env", ""));
        if (value == null || value.isBlank() || !value.strip().matches("[\\x21-\\x7e]+")) {
            section.problem("key-env", "the name of an environment variable that holds the backends' key");
            return Optional.empty();
        }
        return Optional.of(new Secret(value.strip()));
    }

    private static Timeouts timeouts(Section section) {
        Timeouts usual = Timeouts.DEFAULT;
        Timeouts timeouts = new Timeouts(
                section.duration("connect", usual.connect(), TICK, DAY),
                section.duration("first-byte", usual.firstByte(), TICK, DAY),
                section.duration("idle", usual.idle(), TICK, DAY),
                section.duration("total", usual.total(), Duration.ZERO, DAY));
        section.end();
        return timeouts;
    }

    /** An address of a backend, or null: HTTP, with a host, without user, query or fragment. */
    static @Nullable URI url(String text) {
        try {
            URI url = new URI(text.strip());
            boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            boolean plain = url.getRawUserInfo() == null && url.getRawQuery() == null && url.getRawFragment() == null;
            return http && plain && url.getHost() != null ? url : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }
}
