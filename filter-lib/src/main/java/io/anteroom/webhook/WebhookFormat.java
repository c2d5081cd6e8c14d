// SPDX-License-Identifier: Apache-2.0
package io.anteroom.webhook;

/** The body that a webhook is sent. All are signed in the same way. */
public enum WebhookFormat {
    /** As Standard Webhooks 1.0 advises: {@code type}, {@code timestamp}, {@code data}. */
    STANDARD,
    /** As GateFlow documents it: {@code event}, {@code timestamp}, {@code data}. */
    GATEFLOW,
    /** A CloudEvents 1.0 event in structured JSON. */
    CLOUDEVENTS
}
