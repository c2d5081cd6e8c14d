// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How a webhook is doing.
 *
 * @param isSent whether it is sent anything: enabled in the settings and not switched off since
 * @param failingSince when the first attempt failed since the last success, or null if the last succeeded
 * @param offSince when it was switched off for failing or by its own wish, or null if it was not
 * @param reason the last failure, or why it was switched off; empty if it is well
 */
public record WebhookState(
        boolean isSent,
        @Nullable Instant failingSince,
        @Nullable Instant offSince,
        String reason) {}
