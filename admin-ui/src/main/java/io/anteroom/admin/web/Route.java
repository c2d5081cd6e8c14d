// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.store.Role;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is answered by which page.
 *
 * @param method {@code GET} (which answers {@code HEAD} too) or {@code POST}
 * @param pattern as {@code /users/{user}}
 * @param role the least that may, or null for everybody, logged in or not
 * @param mostBytes how long a form may be
 * @param page what answers
 */
public record Route(String method, String pattern, @Nullable Role role, int mostBytes, Page page) {
    /** How long a form may be unless its route says otherwise. */
    public static final int FORM_BYTES = 256 << 10;

    /** Whether it changes something. */
    public boolean isChange() {
        return method.equals("POST");
    }

    /** What the path says in place of the names of the pattern, or null if it does not fit. */
    @Nullable Map<String, String> fit(String path) {
        List<String> wanted = List.of(pattern.split("/", -1));
        List<String> given = List.of(path.split("/", -1));
        if (wanted.size() != given.size()) {
            return null;
        }
        Map<String, String> names = new LinkedHashMap<>();
        for (int i = 0; i < wanted.size(); i++) {
            String part = wanted.get(i);
            if (part.startsWith("{") && !given.get(i).isEmpty()) {
                names.put(part.substring(1, part.length() - 1), given.get(i));
            } else if (!part.equals(given.get(i))) {
                return null;
            }
        }
        return names;
    }
}
