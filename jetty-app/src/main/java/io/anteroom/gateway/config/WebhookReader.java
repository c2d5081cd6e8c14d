// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.admin.webhook.SendGuard;
import io.anteroom.gateway.config.GatewayConfig.Secret;
import io.anteroom.gateway.config.OperatorConfig.Sending;
import io.anteroom.webhook.NoticeSettings;
import io.anteroom.webhook.WatchSettings;
import io.anteroom.webhook.WebhookFormat;
import io.anteroom.webhook.WebhookSettings;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/** Reads {@code watch} and {@code webhooks}. */
final class WebhookReader {
    private static final Map<String, WebhookFormat> FORMATS = Map.of(
            "standard",
            WebhookFormat.STANDARD,
            "gateflow",
            WebhookFormat.GATEFLOW,
            "cloudevents",
            WebhookFormat.CLOUDEVENTS);

    private WebhookReader() {}

    /** What only those may say who run the gateway. */
    static Sending sending(Section section, BiFunction<Section, String, Optional<Secret>> secrets) {
        List<String> allow = section.list("allow", "an IP block as 10.0.0.0/8, or the name of a host", text -> {
            try {
                SendGuard unused = SendGuard.of(List.of(text), SendGuard.USUAL_PORTS);
                return text;
            } catch (IllegalArgumentException e) {
                return null;
            }
        });
        Set<Integer> ports = new TreeSet<>(section.list("ports", "a port from 1 to 65535", WebhookReader::port));
        return new Sending(
                allow,
                section.has("ports") ? ports : SendGuard.USUAL_PORTS,
                secrets.apply(section, "key"),
                secrets.apply(section, "trust").filter(pem -> areCertificates(section, pem)));
    }

    private static boolean areCertificates(Section section, Secret pem) {
        try {
            SendGuard unused = SendGuard.USUAL.trusting(pem.value());
            return true;
        } catch (IllegalArgumentException e) {
            section.problem(
                    section.has("trust-file") ? "trust-file" : "trust-env", "certificates in PEM, and nothing else");
            return false;
        }
    }

    private static @Nullable Integer port(String text) {
        Long number = Scalars.whole(text);
        return number == null || number < 1 || number > 65_535 ? null : (Integer) number.intValue();
    }

    /** What can be edited later. */
    static NoticeSettings notices(Section root) {
        Section section = root.section("webhooks");
        Map<String, WebhookSettings> webhooks = new LinkedHashMap<>();
        section.named("endpoints").forEach((name, endpoint) -> {
            WebhookSettings webhook = webhook(endpoint);
            if (webhook != null) {
                webhooks.put(name, webhook);
            }
        });
        // Read by the other half.
        section.has("allow");
        section.has("ports");
        section.has("key-env");
        section.has("key-file");
        section.has("trust-env");
        section.has("trust-file");
        section.end();
        return new NoticeSettings(watch(root.section("watch")), webhooks);
    }

    private static @Nullable WebhookSettings webhook(Section section) {
        String url = section.text("url", "");
        List<String> events = section.list("events", "a type of notice, or a group as queue.*", text -> text);
        List<String> pools = section.list("pools", "the name of a pool", text -> text);
        boolean isEnabled = section.yes("enabled", true);
        WebhookFormat format = section.choice("format", WebhookFormat.STANDARD, FORMATS);
        section.end();
        try {
            return new WebhookSettings(url, section.has("events") ? events : List.of("*"), pools, isEnabled, format);
        } catch (IllegalArgumentException e) {
            problem(section, e);
            return null;
        }
    }

    private static WatchSettings watch(Section section) {
        WatchSettings usual = WatchSettings.DEFAULT;
        int high = section.count("high-usage-percent", usual.highUsagePercent(), 1, 100);
        int margin = section.count("margin-percent", Math.min(usual.marginPercent(), high - 1), 0, 99);
        WatchSettings watch = usual;
        try {
            watch = new WatchSettings(
                    high,
                    margin,
                    time(section, "least-interval", usual.leastInterval()),
                    time(section, "timeouts-every", usual.timeoutsEvery()),
                    time(section, "stalled-after", usual.stalledAfter()));
        } catch (IllegalArgumentException e) {
            problem(section, e);
        }
        section.end();
        return watch;
    }

    private static Duration time(Section section, String key, Duration usual) {
        return section.duration(key, usual, WatchSettings.SHORTEST, WatchSettings.LONGEST);
    }

    /** Tells a problem that reads {@code key: value (expected: ...)}. */
    private static void problem(Section section, IllegalArgumentException e) {
        String text = String.valueOf(e.getMessage());
        int colon = text.indexOf(": ");
        int expected = text.indexOf(" (expected: ");
        section.problem(
                text.substring(0, colon).replace('_', '-'),
                text.substring(colon + 2, expected),
                text.substring(expected + " (expected: ".length(), text.length() - 1));
    }
}
