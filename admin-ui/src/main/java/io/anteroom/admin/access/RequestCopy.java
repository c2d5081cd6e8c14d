// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.util.Collections;
import java.util.Enumeration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What proves a request, kept for longer than the container keeps the request itself. */
public final class RequestCopy extends HttpServletRequestWrapper {
    private final Map<String, List<String>> headers = new TreeMap<>();
    private final Cookie @Nullable [] cookies;
    private final String peer;
    private final boolean isSecure;

    private RequestCopy(HttpServletRequest request) {
        super(request);
        for (String name :
                List.of("Authorization", "Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "Via", "Host")) {
            headers.put(name.toLowerCase(Locale.ROOT), Collections.list(request.getHeaders(name)));
        }
        cookies = request.getCookies();
        peer = request.getRemoteAddr();
        isSecure = request.isSecure();
    }

    /** Of a request that is under way. */
    public static RequestCopy of(HttpServletRequest request) {
        return new RequestCopy(request);
    }

    @Override
    public @Nullable String getHeader(String name) {
        List<String> values = headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of());
        return values.isEmpty() ? null : values.get(0);
    }

    @Override
    public Enumeration<String> getHeaders(String name) {
        return Collections.enumeration(headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()));
    }

    @Override
    @SuppressWarnings("NullAway")
    public Cookie @Nullable [] getCookies() {
        return cookies;
    }

    @Override
    public String getRemoteAddr() {
        return peer;
    }

    @Override
    public boolean isSecure() {
        return isSecure;
    }
}
