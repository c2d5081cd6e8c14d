// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.webhooks;

import io.anteroom.admin.web.parts.StateWord;
import io.anteroom.admin.webhook.Delivery;
import io.anteroom.admin.webhook.WebhookState;
import io.anteroom.webhook.WebhookSettings;
import org.jspecify.annotations.Nullable;

/** What the pages about webhooks say. */
final class Words {
    static final String SECTION = "webhooks";

    private Words() {}

    /** How a webhook is doing; null where nothing is sent. */
    static StateWord state(WebhookSettings webhook, @Nullable WebhookState state) {
        if (!webhook.enabled()) {
            return StateWord.hold("Disabled");
        }
        if (state == null) {
            return StateWord.idle("Not sent here");
        }
        if (state.offSince() != null) {
            return StateWord.bad("Switched off");
        }
        return state.failingSince() != null ? StateWord.warn("Failing") : StateWord.ok("Sent");
    }

    /** How a delivery stands. */
    static StateWord state(Delivery delivery) {
        return switch (delivery.state()) {
            case DELIVERED -> StateWord.ok("Delivered");
            case FAILED -> StateWord.bad("Failed");
            case WAITING ->
                delivery.tries() == 0
                        ? StateWord.note("On its way").withIcon("clock")
                        : StateWord.warn("Tried again").withIcon("clock");
        };
    }

    /** What follows the host often is a secret: only those who may edit the address see it. */
    static String url(WebhookSettings webhook, boolean isWhole) {
        return isWhole ? webhook.url() : webhook.publicUrl();
    }
}
