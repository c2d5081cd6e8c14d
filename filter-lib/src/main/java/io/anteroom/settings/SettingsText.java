// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings document as JSON text, its schema, and what differs between two documents. */
public final class SettingsText {
    /** Where the schema lies on the class path. */
    public static final String SCHEMA_RESOURCE = "/io/anteroom/settings/settings.schema.json";

    private SettingsText() {}

    /**
     * Reads a document. Members that are left out have their usual values.
     *
     * @throws SettingsException with every problem: what is no JSON, unknown or missing members, values out of bounds,
     *     names that lead nowhere
     */
    public static Settings read(String json) {
        return read(JsonTree.read(json), Place.root());
    }

    static Settings read(@Nullable Object tree, Place place) {
        Settings settings = SettingsForm.FORM.read(tree, place);
        if (settings == null || !place.problems().isEmpty()) {
            throw new SettingsException(place.problems());
        }
        return settings;
    }

    /** Writes a document whole, one member a line. */
    public static String write(Settings settings) {
        return JsonTree.write(SettingsForm.FORM.write(settings));
    }

    /**
     * Checks a document that was made in code as if it had been read: within the bounds of the written form, and such
     * that nothing is lost in it.
     *
     * @throws SettingsException with every problem
     */
    public static void check(Settings settings) {
        Settings read = read(write(settings));
        if (!read.equals(settings)) {
            List<SettingsProblem> problems = Difference.of(settings, read).stream()
                    .map(change -> new SettingsProblem(change.path(), change.before(), change.after()))
                    .toList();
            SettingsProblem finer = new SettingsProblem(
                    "", "finer than its written form", "times in whole milliseconds, rights that can be written");
            throw new SettingsException(problems.isEmpty() ? List.of(finer) : problems);
        }
    }

    /** What stands differently in two documents, in the order of the first. */
    public static List<Change> difference(Settings before, Settings after) {
        return Difference.of(before, after);
    }

    /** The JSON Schema (2020-12) of the document. */
    public static String schema() {
        Map<String, Object> schema = new LinkedHashMap<>();
        schema.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.put("title", "Anteroom settings");
        schema.putAll(SettingsForm.FORM.schema());
        return JsonTree.write(schema);
    }
}
