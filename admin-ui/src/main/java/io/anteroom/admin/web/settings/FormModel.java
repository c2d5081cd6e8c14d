// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.parts.Fields;
import io.anteroom.settings.SettingsProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A form as its template sees it.
 *
 * @param title what people read above it
 * @param lede what it is about
 * @param action where it is sent
 * @param base the revision that it was made from
 * @param changes what has been changed before, to be sent along
 * @param name the field for the name of something new, or null
 * @param scopes what a limit can be counted by, empty for others
 * @param groups the fields
 * @param fields all of them, for the summary of what is wrong
 * @param others what is wrong elsewhere in the document
 * @param removable what the button that removes it says, or empty
 */
record FormModel(
        String title,
        String lede,
        String action,
        long base,
        String changes,
        @org.jspecify.annotations.Nullable Field name,
        List<Choice> scopes,
        List<Group> groups,
        Fields fields,
        List<String> others,
        String removable) {
    /** A section with its fields filled in. */
    record Group(Section section, List<Field> fields) {}

    /** A box to tick. */
    record Choice(String value, String label, boolean isTicked) {}

    /** A form that shows what a document holds at a place, and what is wrong with it. */
    static Filled fill(List<Section> sections, Document document, List<String> place, List<SettingsProblem> problems) {
        Map<String, SettingsProblem> open = new LinkedHashMap<>();
        problems.forEach(problem -> open.putIfAbsent(problem.path(), problem));
        Map<String, Field> all = new LinkedHashMap<>();
        List<Group> groups = new ArrayList<>();
        for (Section section : sections) {
            List<Field> fields = new ArrayList<>();
            for (Item item : section.items()) {
                SettingsProblem problem = open.remove(String.join(".", item.whole(place)));
                Field field = item.shown(document, place).error(problem == null ? null : item.wrong(problem));
                fields.add(field);
                all.put(field.id(), field);
            }
            groups.add(new Group(section, fields));
        }
        return new Filled(
                groups,
                new Fields(all),
                open.values().stream().map(SettingsProblem::toString).toList());
    }

    /** Filled-in fields, and the problems that belong to none of them. */
    record Filled(List<Group> groups, Fields fields, List<String> others) {}
}
