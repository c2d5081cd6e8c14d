// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import jakarta.servlet.http.Cookie;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.jspecify.annotations.Nullable;

/** The cookie that carries a session's secret. */
final class Cookies {
    private static final String SECURE = "__Host-anteroom";
    /** Over plain HTTP browsers do not store the other one, whatever is said of it. */
    private static final String PLAIN = "anteroom-session";

    private static final int LONGEST = 128;

    private Cookies() {}

    static @Nullable String read(HttpServletRequest request, Source source) {
        String name = source.isSecure() ? SECURE : PLAIN;
        Cookie[] cookies = request.getCookies();
        if (cookies == null) {
            return null;
        }
        for (Cookie cookie : cookies) {
            if (cookie.getName().equals(name)
                    && !cookie.getValue().isEmpty()
                    && cookie.getValue().length() <= LONGEST) {
                return cookie.getValue();
            }
        }
        return null;
    }

    static void write(HttpServletResponse response, Source source, String secret) {
        response.addCookie(cookie(source, secret));
    }

    static void clear(HttpServletResponse response, Source source) {
        Cookie cookie = cookie(source, "");
        cookie.setMaxAge(0);
        response.addCookie(cookie);
    }

    private static Cookie cookie(Source source, String value) {
        Cookie cookie = new Cookie(source.isSecure() ? SECURE : PLAIN, value);
        cookie.setPath("/");
        cookie.setHttpOnly(true);
        cookie.setSecure(source.isSecure());
        cookie.setAttribute("SameSite", "Strict");
        return cookie;
    }
}
