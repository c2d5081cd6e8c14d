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
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.util.HostPort;
import org.eclipse.jetty.util.URIUtil;
import org.jspecify.annotations.Nullable;

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
    private static final int NO_CONTENT = 204;
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
        Set<String> options = connectionOptions(client.getHeaders("Connection"));
        boolean hasOwnKey = !call.headers().forwardClientKey();
        boolean isStranger = !trusted.test(client.getRemoteAddr());
        Enumeration<String> names = client.getHeaderNames();
        while (names.hasMoreElements()) {
            String name = names.nextElement();
            String lower = canonical(name);
            boolean isDropped = HOP.contains(lower)
                    || NOT_FORWARDED.contains(lower)
                    || options.contains(lower)
                    || options.contains(name.toLowerCase(Locale.ROOT))
                    || (hasOwnKey && CREDENTIALS.contains(lower))
                    // A proxy that passes such a look-alike on has not looked at it: it is a stranger's.
                    || (FORWARDED.contains(lower) && (isStranger || name.indexOf('_') >= 0))
                    || lower.startsWith(OUR_PREFIX);
            if (!isDropped) {
                copy(name, client.getHeaders(name), lower.equals("cookie"), backend);
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

    /** As backends may understand it: those behind WSGI do not tell an underscore from a dash. */
    private static String canonical(String name) {
        return name.toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void copy(String name, Enumeration<String> values, boolean isCookie, HttpFields.Mutable backend) {
        while (values.hasMoreElements()) {
            String value = isCookie ? withoutOurCookies(values.nextElement()) : values.nextElement();
            if (!isCookie || !value.isEmpty()) {
                backend.add(name, value);
            }
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
        String host = host(client);
        if (host != null && !backend.contains("X-Forwarded-Host")) {
            backend.put("X-Forwarded-Host", host);
        }
        if (host != null && call.headers().forwardHost()) {
            backend.put(HttpHeader.HOST, host);
        }
    }

    /** What the client calls us, or null: HTTP/2 says it as {@code :authority}, which is no field. */
    private static @Nullable String host(HttpServletRequest client) {
        String host = client.getHeader("Host");
        if (host != null || !client.getProtocol().startsWith("HTTP/2")) {
            // Without it a server's name is its address, which nobody has said.
            return host;
        }
        int port = client.getServerPort();
        boolean isUsual = port == URIUtil.getDefaultPortForScheme(client.getScheme());
        String name = HostPort.normalizeHost(client.getServerName());
        return isUsual || port <= 0 ? name : name + ":" + port;
    }

    /** The headers of an answer that the client gets. */
    static List<HttpField> toClient(int status, HttpFields backend) {
        Set<String> options = connectionOptions(backend.getValues("Connection"));
        List<HttpField> passed = new ArrayList<>(backend.size());
        for (HttpField field : backend) {
            String lower = field.getLowerCaseName();
            String value = field.getValue();
            boolean isOurs =
                    lower.startsWith(OUR_PREFIX) || (lower.equals("set-cookie") && value != null && isOurCookie(value));
            // It must not be there (RFC 9110, section 8.6), and the server would wait for such a body.
            isOurs |= status == NO_CONTENT && lower.equals("content-length");
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

    private static Set<String> connectionOptions(Enumeration<String> values) {
        if (!values.hasMoreElements()) {
            return Set.of();
        }
        Set<String> options = new HashSet<>();
        while (values.hasMoreElements()) {
            for (String option : values.nextElement().split(",")) {
                options.add(option.strip().toLowerCase(Locale.ROOT));
            }
        }
        return options;
    }
}
