// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;

/** Parts of addresses. */
public final class Urls {
    private Urls() {}

    /** A text as a part of a path or a value of a query. */
    public static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /**
     * A page of ours, whatever somebody has put into a link: what comes back begins with one slash, and has nothing in
     * it that a browser would take for another site.
     */
    public static String ours(String path) {
        boolean isOurs = path.startsWith("/")
                && !path.startsWith("//")
                && path.length() <= 2000
                && path.chars().allMatch(c -> c > ' ' && c < 127 && c != '\\');
        return isOurs ? path : "/";
    }

    /** A text in one line of a log. */
    static String line(String text) {
        String safe = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", " ");
        return safe.length() <= 200 ? safe : safe.substring(0, 200) + "...";
    }
}
