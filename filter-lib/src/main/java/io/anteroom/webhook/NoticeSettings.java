// SPDX-License-Identifier: Apache-2.0
package io.anteroom.webhook;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What deserves attention, and who is told of it.
 *
 * @param watch when the state of a queue does
 * @param webhooks who is told by HTTP, by name
 */
public record NoticeSettings(WatchSettings watch, Map<String, WebhookSettings> webhooks) {
    /** The usual thresholds, and nobody is told. */
    public static final NoticeSettings DEFAULT = new NoticeSettings(WatchSettings.DEFAULT, Map.of());

    /** Copies the map, keeping its order. */
    public NoticeSettings {
        webhooks = Collections.unmodifiableMap(new LinkedHashMap<>(webhooks));
    }

    /** The same with this webhook, in place of the one that had its name. */
    public NoticeSettings with(String name, WebhookSettings webhook) {
        Map<String, WebhookSettings> changed = new LinkedHashMap<>(webhooks);
        changed.put(name, webhook);
        return new NoticeSettings(watch, changed);
    }

    /** The same without a webhook. */
    public NoticeSettings without(String name) {
        Map<String, WebhookSettings> fewer = new LinkedHashMap<>(webhooks);
        fewer.remove(name);
        return new NoticeSettings(watch, fewer);
    }
}
