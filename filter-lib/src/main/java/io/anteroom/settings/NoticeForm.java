// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import io.anteroom.settings.Several.Names;
import io.anteroom.webhook.WatchSettings;
import io.anteroom.webhook.WebhookFormat;
import io.anteroom.webhook.WebhookSettings;
import java.util.List;
import java.util.Map;

/** How webhooks, and what they are sent for, stand in the document. */
final class NoticeForm {
    private static final Names NAMES =
            new Names("[a-z0-9][a-z0-9._-]{0,63}", "a name of at most 64 of a-z, 0-9, dot, dash and underscore", 0, 64);
    private static final WatchSettings USUAL = WatchSettings.DEFAULT;

    private NoticeForm() {}

    static Shape<WatchSettings> watch() {
        return new Form<WatchSettings>(v -> new WatchSettings(v.at(0), v.at(1), v.at(2), v.at(3), v.at(4)))
                .has(
                        "high_usage_percent",
                        Shapes.count(1, 100),
                        USUAL.highUsagePercent(),
                        WatchSettings::highUsagePercent)
                .has("margin_percent", Shapes.count(0, 99), USUAL.marginPercent(), WatchSettings::marginPercent)
                .has(
                        "least_interval_ms",
                        Shapes.millis(WatchSettings.SHORTEST, WatchSettings.LONGEST),
                        USUAL.leastInterval(),
                        WatchSettings::leastInterval)
                .has(
                        "timeouts_every_ms",
                        Shapes.millis(WatchSettings.SHORTEST, WatchSettings.LONGEST),
                        USUAL.timeoutsEvery(),
                        WatchSettings::timeoutsEvery)
                .has(
                        "stalled_after_ms",
                        Shapes.millis(WatchSettings.SHORTEST, WatchSettings.LONGEST),
                        USUAL.stalledAfter(),
                        WatchSettings::stalledAfter);
    }

    static Shape<Map<String, WebhookSettings>> webhooks() {
        Shape<String> url = Shapes.text(
                "https?://[^\\x00-\\x20\\x7f]{1," + (WebhookSettings.LONGEST_URL - 8) + "}",
                "an address as https://example.com/hook");
        Shape<String> event = Shapes.text("\\*|[a-z_]{1,32}(\\.[a-z_]{1,32}){0,3}(\\.\\*)?", "an event as queue.full");
        Shape<String> pool = Shapes.text(NAMES.pattern(), "the name of a pool");
        return Several.named(
                NAMES,
                new Form<WebhookSettings>(v -> new WebhookSettings(v.at(0), v.at(1), v.at(2), v.at(3), v.at(4)))
                        .needs("url", url, WebhookSettings::url)
                        .has(
                                "events",
                                Several.list(1, WebhookSettings.MOST_NAMES, event),
                                List.of("*"),
                                WebhookSettings::events)
                        .has("pools", Several.list(WebhookSettings.MOST_NAMES, pool), List.of(), WebhookSettings::pools)
                        .has("enabled", Shapes.flag(), true, WebhookSettings::enabled)
                        .has(
                                "format",
                                Shapes.word(WebhookFormat.class),
                                WebhookFormat.STANDARD,
                                WebhookSettings::format));
    }
}
