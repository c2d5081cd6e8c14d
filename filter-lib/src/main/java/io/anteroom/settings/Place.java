// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Where in a document something is read, and the problems found so far. Not thread-safe. */
final class Place {
    private static final int MOST_PROBLEMS = 200;

    private final String path;
    private final List<SettingsProblem> problems;

    private Place(String path, List<SettingsProblem> problems) {
        this.path = path;
        this.problems = problems;
    }

    /** The document itself. */
    static Place root() {
        return new Place("", new ArrayList<>());
    }

    Place child(String key) {
        return new Place(path.isEmpty() ? key : path + "." + key, problems);
    }

    Place item(int index) {
        return new Place(path + "[" + index + "]", problems);
    }

    /** All problems of the whole document so far. */
    List<SettingsProblem> problems() {
        return problems;
    }

    /** Notes that something else was found than expected. */
    void problem(@Nullable Object found, String expected) {
        note(shown(found), expected);
    }

    /** Notes what is wrong in words of our own. */
    void note(String wrong, String expected) {
        add(new SettingsProblem(path, wrong, expected));
    }

    /** Notes what a record said when it was to be made of values that are right each for itself. */
    void problem(IllegalArgumentException e) {
        if (e instanceof SettingsException several) {
            several.problems().forEach(this::add);
        } else {
            add(SettingsProblem.of(path, e));
        }
    }

    private void add(SettingsProblem problem) {
        // A hostile document has more of them than anybody reads.
        if (problems.size() < MOST_PROBLEMS) {
            problems.add(problem);
        }
    }

    private static String shown(@Nullable Object found) {
        if (found instanceof Map) {
            return "an object";
        }
        if (found instanceof List) {
            return "a list";
        }
        return found instanceof String text ? '"' + text + '"' : String.valueOf(found);
    }
}
