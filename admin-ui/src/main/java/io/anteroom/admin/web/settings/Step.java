// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One value of a document that becomes another.
 *
 * @param path the keys that lead there
 * @param value what shall stand there, or null if nothing shall
 */
record Step(List<String> path, @Nullable JsonNode value) {
    Step {
        path = List.copyOf(path);
    }

    /** The path as problems and differences write it. */
    String place() {
        return String.join(".", path);
    }
}
