// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.util.List;
import java.util.stream.Collectors;

/** A settings document that cannot be used, with everything that is wrong with it. */
public final class SettingsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<SettingsProblem> problems;

    SettingsException(List<SettingsProblem> problems) {
        super(problems.stream().map(SettingsProblem::toString).collect(Collectors.joining("\n")));
        this.problems = List.copyOf(problems);
    }

    /** All problems, in the order of the document. */
    public List<SettingsProblem> problems() {
        return problems;
    }
}
