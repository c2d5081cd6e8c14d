// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.webhook.Delivery;
import io.anteroom.admin.webhook.WebhookState;
import io.anteroom.webhook.WebhookFormat;
import io.anteroom.webhook.WebhookSettings;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Webhooks and deliveries as they are shown and sent. */
final class WebhookViews {
    static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    private WebhookViews() {}

    /** A webhook. */
    record WebhookView(
            String id,
            @Field("to the host, unless one is admin") String url,
            List<String> events,
            @Field("empty for all") List<String> pools,
            boolean enabled,
            WebhookFormat format,

            @Field("enabled, and not switched off since for failing; null where nothing is sent") @Nullable Boolean isSent,

            @Nullable Instant failingSince,
            @Nullable Instant offSince,
            @Field("the last failure") @Nullable String reason) {
        static WebhookView of(String id, WebhookSettings webhook, @Nullable WebhookState state, boolean isWhole) {
            return new WebhookView(
                    id,
                    isWhole ? webhook.url() : webhook.publicUrl(),
                    webhook.events(),
                    webhook.pools(),
                    webhook.enabled(),
                    webhook.format(),
                    state == null ? null : state.isSent(),
                    state == null ? null : state.failingSince(),
                    state == null ? null : state.offSince(),
                    state == null ? null : state.reason());
        }
    }

    /** All webhooks. */
    record WebhookList(List<WebhookView> webhooks) {}

    /** A webhook that has just been made. */
    record MadeWebhook(
            String id,
            String url,
            List<String> events,
            boolean enabled,

            @Field("its signing secret, shown once; null where nothing is sent") @Nullable String secret,

            WebhookView details) {
        @Override
        public String toString() {
            return "MadeWebhook[" + id + "]";
        }
    }

    /** A signing secret. */
    record Secret(
            @Field("shown once; the former one signs as well for a day")
            String secret) {
        @Override
        public String toString() {
            return "Secret[]";
        }
    }

    /** A new webhook. */
    record NewWebhook(
            @Field(value = "made up if left out", pattern = NAME, max = 64) @Nullable String name,

            @Field(min = 8, max = WebhookSettings.LONGEST_URL)
            String url,

            @Field(value = "types of notices, as queue.full, or queue.*, or *", min = 1, max = 256)
            List<String> events,

            @Field(value = "all if left out", max = 256) @Nullable List<String> pools,

            @Nullable Boolean enabled,

            @Field(
                    value = "gateflow if left out",
                    oneOf = {"standard", "gateflow", "cloudevents"})
            @Nullable String format) {}

    /** What to change of a webhook; what is left out stays. */
    record WebhookChange(
            @Field(min = 8, max = WebhookSettings.LONGEST_URL) @Nullable String url,

            @Field(min = 1, max = 256) @Nullable List<String> events,
            @Field(max = 256) @Nullable List<String> pools,
            @Nullable Boolean enabled,

            @Field(oneOf = {"standard", "gateflow", "cloudevents"}) @Nullable String format) {}

    /** An event that is on its way. */
    record Sent(String eventId) {}

    /** From when on to send again. */
    record Since(Instant since) {}

    /** How many are sent again. */
    record Recovered(int deliveries) {}

    /** One attempt of a delivery. */
    record AttemptView(
            Instant at,
            long tookMs,
            @Field("0 if there was no answer") int status,
            String error,
            @Field("the beginning of the answer") String snippet) {}

    /** A delivery. */
    record DeliveryView(
            String id,
            String eventId,
            String type,
            String subject,
            Instant at,
            Delivery.State state,
            @Nullable Instant nextAttemptAt,
            int tries,
            String remark,
            @Field("empty in lists") List<AttemptView> attempts) {
        static DeliveryView of(Delivery delivery) {
            return new DeliveryView(
                    String.valueOf(delivery.id()),
                    delivery.event().id(),
                    delivery.event().type(),
                    delivery.event().subject(),
                    delivery.event().at(),
                    delivery.state(),
                    delivery.due(),
                    delivery.tries(),
                    delivery.remark(),
                    delivery.attempts().stream()
                            .map(each -> new AttemptView(
                                    each.at(), each.tookMillis(), each.status(), each.error(), each.snippet()))
                            .toList());
        }
    }

    /** Deliveries, newest first. */
    record DeliveryList(
            List<DeliveryView> deliveries, @Nullable String nextCursor) {}
}
