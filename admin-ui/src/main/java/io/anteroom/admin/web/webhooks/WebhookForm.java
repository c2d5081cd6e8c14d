// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.webhooks;

import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.parts.Difference;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.parts.Fields;
import io.anteroom.event.Notice;
import io.anteroom.webhook.WebhookFormat;
import io.anteroom.webhook.WebhookSettings;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a webhook is as fields of a form, and what a form makes of a webhook. */
final class WebhookForm {
    private static final String ANYTHING = "*";
    private static final List<String> AREAS = List.of("queue", "upstream", "node", "quota", "webhook");

    private WebhookForm() {}

    /** A box to tick. */
    record Box(String value, boolean isTicked) {
        /** What people read. */
        public String label() {
            return value.equals(ANYTHING) ? "* (everything)" : value;
        }
    }

    /** Boxes that belong together: all of an area, and each. */
    record Boxes(String area, List<Box> boxes) {}

    /**
     * What is shown.
     *
     * @param fields all but events and pools
     * @param events the boxes by areas
     * @param pools the boxes of the pools
     */
    record Shown(Fields fields, List<Boxes> events, List<Box> pools) {}

    /** What has been filled in: a webhook, unless something is wrong. */
    record Filled(Shown shown, @Nullable WebhookSettings webhook) {}

    /** A webhook as it is. */
    static Shown of(WebhookSettings webhook, Collection<String> pools) {
        return shown(
                webhook.url(), word(webhook.format()), webhook.enabled(), webhook.events(), webhook.pools(), pools);
    }

    /** One that there is not yet: told of queues. */
    static Shown blank(Collection<String> pools) {
        return shown("", "standard", true, List.of("queue.*", Notice.WEBHOOK_DISABLED), List.of(), pools);
    }

    private static Shown shown(
            String url,
            String format,
            boolean isEnabled,
            Collection<String> events,
            Collection<String> chosen,
            Collection<String> pools) {
        Fields fields = Fields.of(
                Field.text("url", "Address")
                        .help(
                                "https://…, without user and password. Whoever runs this server says which others are allowed.")
                        .value(url)
                        .required()
                        .longest(WebhookSettings.LONGEST_URL),
                Field.radio(
                                "format",
                                "Body",
                                List.of(
                                        new Field.Option("standard", "Standard Webhooks", "type, timestamp, data"),
                                        new Field.Option("gateflow", "GateFlow", "event, timestamp, data"),
                                        new Field.Option("cloudevents", "CloudEvents 1.0", "structured JSON")))
                        .help("All are signed in the same way.")
                        .value(format),
                Field.checkbox("enabled", "Enabled")
                        .help("Disabled, nothing is sent, and what happens meanwhile is not made up for.")
                        .ticked(isEnabled));
        // A pool that was removed is shown as long as it is chosen, or it would be lost unseen.
        Set<String> known = new LinkedHashSet<>(pools);
        known.addAll(chosen);
        return new Shown(fields, events(events), boxes(known, chosen));
    }

    private static List<Boxes> events(Collection<String> chosen) {
        List<Boxes> areas = new ArrayList<>();
        areas.add(new Boxes("everything", List.of(new Box(ANYTHING, chosen.contains(ANYTHING)))));
        for (String area : AREAS) {
            List<String> values = new ArrayList<>(List.of(area + ".*"));
            Notice.TYPES.stream().filter(type -> type.startsWith(area + ".")).forEach(values::add);
            areas.add(new Boxes(area, boxes(values, chosen)));
        }
        return areas;
    }

    private static List<Box> boxes(Collection<String> values, Collection<String> chosen) {
        return values.stream()
                .map(value -> new Box(value, chosen.contains(value)))
                .toList();
    }

    /** What has been filled in. */
    static Filled read(PageRequest request, Collection<String> pools) {
        String url = request.field("url").strip();
        String format = request.field("format");
        List<String> events = request.fields("event");
        List<String> chosen = request.fields("pool");
        boolean isEnabled = request.has("enabled");
        Shown shown = shown(url, format, isEnabled, events, chosen, pools);
        try {
            WebhookSettings webhook = new WebhookSettings(url, events, chosen, isEnabled, format(format));
            return new Filled(shown, webhook);
        } catch (IllegalArgumentException e) {
            return new Filled(withError(shown, String.valueOf(e.getMessage())), null);
        }
    }

    static Shown withError(Shown shown, String message) {
        String field = message.startsWith("format: ") ? "format" : "url";
        String text = message.startsWith("events: 0 ")
                ? "No event is ticked. Expected is at least one."
                : message.substring(message.indexOf(": ") + 2);
        return new Shown(shown.fields().withError(field, text), shown.events(), shown.pools());
    }

    private static WebhookFormat format(String word) {
        for (WebhookFormat format : WebhookFormat.values()) {
            if (word(format).equals(word)) {
                return format;
            }
        }
        throw new IllegalArgumentException("format: unknown (expected: standard, gateflow or cloudevents)");
    }

    /** Where two differ. */
    static List<Difference> differences(Shown theirs, Shown mine) {
        List<Difference> differences = new ArrayList<>(mine.fields().against(theirs.fields()));
        add(differences, "Events", ticked(theirs.events()), ticked(mine.events()));
        add(
                differences,
                "Pools",
                ticked(List.of(new Boxes("", theirs.pools()))),
                ticked(List.of(new Boxes("", mine.pools()))));
        return differences;
    }

    private static void add(List<Difference> differences, String label, String theirs, String mine) {
        if (!theirs.equals(mine)) {
            differences.add(new Difference(label, theirs, mine));
        }
    }

    private static String ticked(List<Boxes> areas) {
        List<String> ticked = new ArrayList<>();
        areas.forEach(area ->
                area.boxes().stream().filter(Box::isTicked).map(Box::value).forEach(ticked::add));
        return String.join(", ", ticked);
    }

    static String word(WebhookFormat format) {
        return format.name().toLowerCase(Locale.ROOT);
    }
}
