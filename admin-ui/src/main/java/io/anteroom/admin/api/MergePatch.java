// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** JSON Merge Patch, as RFC 7396 has it. */
final class MergePatch {
    private MergePatch() {}

    static JsonNode apply(JsonNode target, JsonNode patch) {
        if (!(patch instanceof ObjectNode changes)) {
            return patch;
        }
        ObjectNode result =
                target instanceof ObjectNode object ? object.deepCopy() : JsonNodeFactory.instance.objectNode();
        changes.properties().forEach(change -> {
            JsonNode before = result.get(change.getKey());
            if (change.getValue().isNull()) {
                result.remove(change.getKey());
            } else {
                JsonNode from = before == null ? JsonNodeFactory.instance.nullNode() : before;
                result.set(change.getKey(), apply(from, change.getValue()));
            }
        });
        return result;
    }
}
