// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import io.anteroom.admin.web.PageRequest;
import io.anteroom.settings.SettingsException;
import io.anteroom.settings.SettingsProblem;
import java.util.ArrayList;
import java.util.List;

/** What forms make of what was filled in. */
final class Forms {
    private Forms() {}

    /** What has been changed on earlier forms of the same edit, and nothing if this is the first. */
    static Edit begun(PageRequest request, long current) {
        String text = request.field("edit");
        return text.isEmpty() ? new Edit(current, List.of()) : Edit.read(text);
    }

    /** The earlier changes and what this form changes of them. */
    static List<Step> steps(PageRequest request, Document begun, List<Section> sections, List<String> place) {
        List<Step> steps = new ArrayList<>();
        for (Section section : sections) {
            for (Item item : section.items()) {
                Step step = item.step(place, request.field(item.field().id()));
                if (!Document.same(begun.at(step.path()), step.value())) {
                    steps.add(step);
                }
            }
        }
        return steps;
    }

    /** What is wrong with a document. */
    static List<SettingsProblem> problems(Document document) {
        try {
            document.settings();
            return List.of();
        } catch (SettingsException e) {
            return e.problems();
        }
    }
}
