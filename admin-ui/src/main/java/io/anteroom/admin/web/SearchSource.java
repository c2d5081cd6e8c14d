// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.access.Principal;
import java.util.List;

/** Something that the search looks through. Called from many threads at once, at each key that somebody presses. */
@FunctionalInterface
public interface SearchSource {
    /** How many of its finds are shown at most. */
    int MOST = 8;

    /**
     * What fits, the best first.
     *
     * @param query in lower case, without blanks around it, at most 100 characters, perhaps empty
     * @param principal who looks; finds only what that role may see
     */
    List<Hit> find(String query, Principal principal);

    /**
     * A find.
     *
     * @param kind what it is, as {@code Pool}
     * @param label its name
     * @param hint what tells it from others, perhaps empty
     * @param path where it is, as {@code /pools/llm}, with its names encoded
     * @param icon a symbol of {@code parts/icons.html}, without {@code i-}
     */
    record Hit(String kind, String label, String hint, String path, String icon) {}
}
