// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.util.List;

/** What became of an edit. Nothing has changed unless it is {@link Applied}. */
public sealed interface EditResult {
    /**
     * It is stored and in force.
     *
     * @param revision the new one
     * @param changes what differs from the one before
     */
    record Applied(Revision revision, List<Change> changes) implements EditResult {
        /** Copies the list. */
        public Applied {
            changes = List.copyOf(changes);
        }
    }

    /**
     * There was nothing to change.
     *
     * @param current the revision that says the same already
     */
    record Unchanged(Revision current) implements EditResult {}

    /**
     * Somebody else was quicker.
     *
     * @param current the revision that counts now
     * @param proposed what was to take the place of an older one
     */
    record Stale(Revision current, Settings proposed) implements EditResult {}

    /**
     * The document has mistakes.
     *
     * @param problems all of them
     */
    record Invalid(List<SettingsProblem> problems) implements EditResult {
        /** Copies the list. */
        public Invalid {
            problems = List.copyOf(problems);
        }
    }

    /**
     * There is no such revision to go back to.
     *
     * @param number the one asked for
     */
    record Missing(long number) implements EditResult {}

    /**
     * Storing it or putting it in force failed.
     *
     * @param why what failed, for operators
     */
    record Failed(String why) implements EditResult {}

    /**
     * They are not edited here.
     *
     * @param source where they come from, such as the name of a file
     */
    record ReadOnly(String source) implements EditResult {}
}
