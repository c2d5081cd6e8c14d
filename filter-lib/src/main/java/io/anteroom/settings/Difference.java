// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import io.anteroom.webhook.WebhookSettings;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Compares two documents leaf by leaf. */
final class Difference {
    /** The member whose value is never told whole. */
    static final String KEY_HASH = "key_sha256";

    private static final int HASH_SHOWN = 8;

    private Difference() {}

    static List<Change> of(Settings before, Settings after) {
        Map<String, String> old = leaves(before);
        Map<String, String> now = leaves(after);
        Set<String> paths = new LinkedHashSet<>(old.keySet());
        paths.addAll(now.keySet());
        List<Change> changes = new ArrayList<>();
        for (String path : paths) {
            String was = old.getOrDefault(path, "");
            String is = now.getOrDefault(path, "");
            if (!was.equals(is)) {
                changes.add(new Change(path, masked(path, was), masked(path, is)));
            }
        }
        return changes;
    }

    private static Map<String, String> leaves(Settings settings) {
        Map<String, String> leaves = new LinkedHashMap<>();
        collect("", SettingsForm.FORM.write(settings), leaves);
        return leaves;
    }

    private static void collect(String path, Object json, Map<String, String> leaves) {
        if (json instanceof Map<?, ?> members && !members.isEmpty()) {
            members.forEach((key, value) ->
                    collect(path.isEmpty() ? String.valueOf(key) : path + "." + key, JsonTree.orNull(value), leaves));
        } else if (json instanceof List<?> items && items.stream().anyMatch(Map.class::isInstance)) {
            for (int i = 0; i < items.size(); i++) {
                collect(path + "[" + i + "]", JsonTree.orNull(items.get(i)), leaves);
            }
        } else if (!(json instanceof Map)) {
            leaves.put(path, JsonTree.line(json));
        }
    }

    /** Differences go into histories, audit logs and logs, which more people read than may know secrets. */
    private static String masked(String path, String json) {
        if (json.length() > 1 && path.startsWith("webhooks.") && path.endsWith(".url")) {
            return '"' + WebhookSettings.publicUrl(json.substring(1, json.length() - 1)) + '"';
        }
        boolean isHash = path.endsWith("." + KEY_HASH) && json.length() > HASH_SHOWN;
        return isHash ? json.substring(0, HASH_SHOWN + 1) + "…\"" : json;
    }
}
