// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import com.fasterxml.jackson.databind.JsonNode;
import io.anteroom.settings.Revision;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts two edits of one revision side by side. */
final class Merge {
    private static final int LONGEST = 200;
    private static final int HASH = 64;
    private static final int MOST_ROWS = 300;

    private Merge() {}

    static Conflict of(Edit edit, Document before, Document now, Revision theirs, String from) {
        Document mine = before.with(edit.steps());
        Map<String, Step> theirSteps = byPlace(before.to(now));
        Map<String, Step> mySteps = byPlace(before.to(mine));
        List<Conflict.Row> rows = new ArrayList<>();
        mySteps.forEach((place, step) -> rows.add(row(step.path(), before, now, mine)));
        theirSteps.forEach((place, step) -> {
            if (!mySteps.containsKey(place)) {
                rows.add(row(step.path(), before, now, mine));
            }
        });
        long clashes = rows.stream().filter(Conflict.Row::isClash).count();
        return new Conflict(
                edit.text(),
                new Edit(theirs.number(), List.copyOf(mySteps.values())).text(),
                edit.base(),
                theirs.note(),
                rows.subList(0, Math.min(MOST_ROWS, rows.size())),
                clashes,
                from);
    }

    private static Map<String, Step> byPlace(List<Step> steps) {
        Map<String, Step> byPlace = new LinkedHashMap<>();
        steps.forEach(step -> byPlace.put(step.place(), step));
        return byPlace;
    }

    private static Conflict.Row row(List<String> path, Document before, Document theirs, Document mine) {
        JsonNode was = before.at(path);
        JsonNode is = theirs.at(path);
        JsonNode shall = mine.at(path);
        boolean isClash = !Document.same(was, is) && !Document.same(was, shall) && !Document.same(is, shall);
        return new Conflict.Row(String.join(".", path), shown(was), shown(is), shown(shall), isClash);
    }

    /** On one line, and of a hash its beginning. */
    private static String shown(@Nullable JsonNode node) {
        if (node == null || node.isMissingNode()) {
            return "";
        }
        String text = node.toString();
        if (node.isTextual() && node.textValue().length() == HASH) {
            return "\"" + node.textValue().substring(0, 8) + "...\"";
        }
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "...";
    }
}
