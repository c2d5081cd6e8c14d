// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

/**
 * How the deliveries to one webhook go, for meters.
 *
 * @param delivered attempts of this server that succeeded, since it was started
 * @param failed attempts of this server that did not
 * @param waiting deliveries that wait in the database, for whichever server takes them; some seconds old
 * @param isOff whether it was switched off for failing
 */
public record WebhookFigures(long delivered, long failed, long waiting, boolean isOff) {
    static final WebhookFigures NONE = new WebhookFigures(0, 0, 0, false);

    WebhookFigures attempted(boolean isSuccess) {
        return new WebhookFigures(delivered + (isSuccess ? 1 : 0), failed + (isSuccess ? 0 : 1), waiting, isOff);
    }

    WebhookFigures standing(long waiting, boolean isOff) {
        return new WebhookFigures(delivered, failed, waiting, isOff);
    }
}
