// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.event.Trace;
import io.anteroom.gateway.upstream.Call;
import io.anteroom.protocol.RetryAfter;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;

/** Which headers pass through, and which are ours. */
final class HeaderRules {
    /** What belongs to one connection (RFC 9110, section 7.6.1), and what the two sides settle for themselves. */
    private static final Set<String> HOP = Set.of(
            "connection",
            "keep-alive",
            "proxy-authenticate",
            "proxy-authorization",
            "proxy-connection",
            "te",
            "trailer",
            "transfer-encoding",
            "upgrade",
            "http2-settings");

    private static final Set<String> NOT_FORWARDED = Set.of("host", "content-length", "expect");
    private static final Set<String> CREDENTIALS = Set.of("authorization", "x-api-key", "api-key");
    private static final Set<String> FORWARDED = Set.of(
            "forwarded",
            "x-forwarded-for",
            "x-forwarded-host",
            "x-forwarded-port",
            "x-forwarded-proto",
            "x-forwarded-server",
            "x-real-ip");

    private static final Set<String> SINGLE = Set.of("date", "content-type", "content-length", "server");
    private static final String OUR_PREFIX = "queue-";

    /**
     * How the names of the operators' cookies begin. Browsers send cookies to all ports of a host: a session of the
     * operators' listener comes here too, and is no business of backends.
     */
    private static final List<String> OUR_COOKIES = List.of("anteroom-", "__host-anteroom");

    private final Predicate<String> trusted;

    HeaderRules(Predicate<String> trusted) {
        this.trusted = trusted;
    }

    /** Fills the headers of the request to the backend. */
    void toBackend(HttpServletRequest client, Call call, HttpFields.Mutable backend) {
        Set<String> dropped = new HashSet<>(NOT_FORWARDED);
        dropped.addAll(connectionOptions(Collections.list(client.getHeaders("Connection"))));
        if (!call.headers().forwardClientKey()) {
            dropped.addAll(CREDENTIALS);
        }
        if (!trusted.test(client.getRemoteAddr())) {
            dropped.addAll(FORWARDED);
        }
        for (String name : Collections.list(client.getHeaderNames())) {
            String lower = name.toLowerCase(Locale.ROOT);
            if (!HOP.contains(lower) && !dropped.contains(lower) && !lower.startsWith(OUR_PREFIX)) {
                boolean isCookie = lower.equals("cookie");
                client.getHeaders(name)
                        .asIterator()
                        .forEachRemaining(value -> add(backend, name, isCookie ? withoutOurCookies(value) : value));
            }
        }
        forwarded(client, call, backend);
        if (client.getAttribute(Trace.ATTRIBUTE) instanceof Trace trace) {
            trace.headers().forEach(backend::put);
        }
        String header = call.headers().keyHeader();
        String scheme = header.equals("Authorization") ? "Bearer " : "";
        call.backend().key().ifPresent(key -> backend.put(header, scheme + key.value()));
    }

    private static void add(HttpFields.Mutable backend, String name, String value) {
        if (!value.isEmpty() || !name.equalsIgnoreCase("cookie")) {
            backend.add(name, value);
        }
    }

    private static String withoutOurCookies(String cookies) {
        return Arrays.stream(cookies.split(";"))
                .map(String::strip)
                .filter(cookie -> !cookie.isEmpty() && !isOurCookie(cookie))
                .collect(Collectors.joining("; "));
    }

    private static boolean isOurCookie(String cookie) {
        String lower = cookie.strip().toLowerCase(Locale.ROOT);
        return OUR_COOKIES.stream().anyMatch(lower::startsWith);
    }

    private static void forwarded(HttpServletRequest client, Call call, HttpFields.Mutable backend) {
        String before = String.join(", ", backend.getValuesList("X-Forwarded-For"));
        backend.put(
                "X-Forwarded-For", before.isEmpty() ? client.getRemoteAddr() : before + ", " + client.getRemoteAddr());
        if (!backend.contains("X-Forwarded-Proto")) {
            backend.put("X-Forwarded-Proto", client.getScheme());
        }
        String host = client.getHeader("Host");
        if (host != null && !backend.contains("X-Forwarded-Host")) {
            backend.put("X-Forwarded-Host", host);
        }
        if (host != null && call.headers().forwardHost()) {
            backend.put(HttpHeader.HOST, host);
        }
    }

    /** The headers of an answer that the client gets. */
    static List<HttpField> toClient(HttpFields backend) {
        Set<String> options = connectionOptions(backend.getValuesList("Connection"));
        List<HttpField> passed = new ArrayList<>(backend.size());
        for (HttpField field : backend) {
            String lower = field.getLowerCaseName();
            String value = field.getValue();
            boolean isOurs =
                    lower.startsWith(OUR_PREFIX) || (lower.equals("set-cookie") && value != null && isOurCookie(value));
            if (!HOP.contains(lower) && !options.contains(lower) && !isOurs && value != null) {
                passed.add(field);
            }
        }
        return passed;
    }

    /** When a backend wants to be asked again; zero if it does not say. */
    static Duration retryAfter(HttpFields backend, Instant now) {
        String millis = backend.get("retry-after-ms");
        Duration asked = millis == null ? null : RetryAfter.readMillis(millis);
        String seconds = asked == null ? backend.get("Retry-After") : null;
        asked = seconds == null ? asked : RetryAfter.read(seconds, now);
        return asked == null ? Duration.ZERO : asked;
    }

    /** Whether the client is to be told more than the backend says, which may have to be asked of others. */
    static boolean takesTime(HttpFields backend) {
        return backend.contains("Retry-After") || backend.contains("retry-after-ms");
    }

    /** Whether an answer has this header once, so that the backend's takes the place of ours. */
    static boolean isSingle(HttpField field) {
        return SINGLE.contains(field.getLowerCaseName());
    }

    private static Set<String> connectionOptions(List<String> values) {
        Set<String> options = new HashSet<>();
        for (String value : values) {
            for (String option : value.split(",")) {
                options.add(option.strip().toLowerCase(Locale.ROOT));
            }
        }
        return options;
    }
}
