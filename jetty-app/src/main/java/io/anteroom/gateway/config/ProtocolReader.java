// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.protocol.EnginePriority;
import io.anteroom.protocol.ProtocolSettings;
import io.anteroom.protocol.StatusMode;
import java.util.LinkedHashMap;
import java.util.Map;

/** Gathers what clients are told, and how, from the sections that it is written in. Reads once. */
final class ProtocolReader {
    private static final Map<String, StatusMode> MODES = Map.of(
            "none", StatusMode.NONE,
            "comment", StatusMode.COMMENT,
            "chunk", StatusMode.CHUNK,
            "event", StatusMode.EVENT);
    private static final Map<String, EnginePriority> ENGINES = Map.of(
            "none", EnginePriority.NONE,
            "lower-first", EnginePriority.LOWER_FIRST,
            "higher-first", EnginePriority.HIGHER_FIRST);
    private static final Map<String, Integer> ON_FULL = Map.of("503", 503, "429", 429);
    private static final Map<String, Integer> ON_TIMEOUT = Map.of("503", 503, "504", 504, "429", 429);

    private final Map<String, EnginePriority> engines = new LinkedHashMap<>();
    private ProtocolSettings settings = ProtocolSettings.DEFAULT;

    void pool(String name, Section section) {
        engines.put(name, section.choice("engine-priority", EnginePriority.NONE, ENGINES));
    }

    void waiting(Section section) {
        settings = settings.withStatus(section.choice("status", settings.status(), MODES))
                .withStatuses(
                        section.choice("status-on-full", settings.statusOnFull(), ON_FULL),
                        section.choice("status-on-timeout", settings.statusOnTimeout(), ON_TIMEOUT));
    }

    ProtocolSettings read(Section root) {
        return settings.withEngines(engines).withAliases(aliases(root));
    }

    private static Map<String, String> aliases(Section root) {
        if (!root.has("aliases")) {
            return ProtocolSettings.LITELLM;
        }
        Map<String, String> aliases = new LinkedHashMap<>();
        for (Section section : root.sections("aliases")) {
            String path = exact(section, "path");
            String to = exact(section, "to");
            section.end();
            if (!path.isEmpty() && !to.isEmpty() && !path.equals(to)) {
                aliases.put(path, to);
            }
        }
        return aliases;
    }

    private static String exact(Section section, String key) {
        String expected = "a path as /v1/chat/completions";
        if (!section.has(key)) {
            section.problem(key, expected);
        }
        return section.scalar(key, expected, "", text -> text.startsWith("/") && text.indexOf('*') < 0 ? text : null);
    }
}
