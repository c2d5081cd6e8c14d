// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What every request to the administration has to pass, whoever sends it. */
final class RequestChecks {
    /** The header field that the CSRF token comes in. */
    static final String CSRF_HEADER = "X-CSRF-Token";
    /** The form field that it comes in where there is no script. */
    static final String CSRF_FIELD = "csrf_token";

    private static final Set<String> SAFE = Set.of("GET", "HEAD", "OPTIONS");
    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private RequestChecks() {}

    static boolean isSafe(String method) {
        return SAFE.contains(method);
    }

    /** Whether it was sent to a name of ours: a page that has its own name lead here must not get in. */
    static boolean isForUs(HttpServletRequest request, Set<String> hosts) {
        String name = withoutPort(host(request).toLowerCase(Locale.ROOT));
        return LOOPBACK.contains(name) || hosts.contains("*") || hosts.contains(name);
    }

    private static String withoutPort(String host) {
        int colon = host.lastIndexOf(':');
        return colon > host.lastIndexOf(']') ? host.substring(0, colon) : host;
    }

    /** Whether no page of others has sent it; what is no browser says nothing of that. */
    static boolean isOwnOrigin(HttpServletRequest request) {
        String site = request.getHeader("Sec-Fetch-Site");
        if (site != null && !site.equals("same-origin") && !site.equals("none")) {
            return false;
        }
        String origin = request.getHeader("Origin");
        return origin == null || isOrigin(origin, host(request));
    }

    /** Whom it was sent to, with the port: HTTP/2 has a pseudo-header for it, and need not send the field. */
    private static String host(HttpServletRequest request) {
        String host = request.getHeader("Host");
        if (host != null) {
            return host.trim();
        }
        int port = request.getServerPort();
        boolean isUsual = port == (request.isSecure() ? 443 : 80);
        return isUsual ? request.getServerName() : request.getServerName() + ":" + port;
    }

    private static boolean isOrigin(String origin, String host) {
        int scheme = origin.indexOf("://");
        return scheme > 0 && origin.substring(scheme + 3).equalsIgnoreCase(host);
    }

    /** Whether a change by a session comes from a page that we have given the session's token. */
    static boolean hasCsrf(HttpServletRequest request, @Nullable String expected) {
        if (expected == null) {
            return true;
        }
        String given = request.getHeader(CSRF_HEADER);
        if (given == null && isForm(request)) {
            given = request.getParameter(CSRF_FIELD);
        }
        return given != null && Secrets.areEqual(given, expected);
    }

    private static boolean isForm(HttpServletRequest request) {
        String type = request.getContentType();
        return type != null && type.toLowerCase(Locale.ROOT).startsWith("application/x-www-form-urlencoded");
    }
}
