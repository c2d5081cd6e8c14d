// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anteroom.admin.web.PageException;
import java.util.ArrayList;
import java.util.List;

/**
 * What somebody wants to change, and from which revision. It travels through pages as a text.
 *
 * @param base the number of the revision
 * @param steps what changes
 */
record Edit(long base, List<Step> steps) {
    private static final int MOST_STEPS = 50_000;
    private static final int DEEPEST = 16;

    Edit {
        steps = List.copyOf(steps);
    }

    String text() {
        ArrayNode list = Document.NODES.arrayNode();
        for (Step step : steps) {
            ObjectNode node = list.addObject();
            ArrayNode path = node.putArray("at");
            step.path().forEach(path::add);
            if (step.value() != null) {
                node.set("be", step.value());
            }
        }
        return Document.NODES.objectNode().put("base", base).set("steps", list).toString();
    }

    /** What a page has sent back; whoever changes it on the way can only ask for what the form could have asked for. */
    static Edit read(String text) {
        try {
            JsonNode node = Document.read(text);
            JsonNode list = node.path("steps");
            if (!node.path("base").isIntegralNumber() || !list.isArray() || list.size() > MOST_STEPS) {
                throw unreadable();
            }
            List<Step> steps = new ArrayList<>();
            for (JsonNode step : list) {
                steps.add(new Step(path(step.path("at")), step.get("be")));
            }
            return new Edit(node.path("base").asLong(), steps);
        } catch (IllegalArgumentException e) {
            throw unreadable();
        }
    }

    private static List<String> path(JsonNode at) {
        List<String> path = new ArrayList<>();
        for (JsonNode key : at) {
            if (!key.isTextual()) {
                throw unreadable();
            }
            path.add(key.textValue());
        }
        if (path.isEmpty() || path.size() > DEEPEST) {
            throw unreadable();
        }
        return path;
    }

    private static PageException unreadable() {
        return PageException.badRequest("The change that came with the page cannot be read. Please begin it again.");
    }
}
