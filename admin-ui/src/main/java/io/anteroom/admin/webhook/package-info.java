// SPDX-License-Identifier: Apache-2.0
/** Notices sent by HTTP: a durable outbox, signed deliveries with retries, and a guard of where they may go. */
@NullMarked
package io.anteroom.admin.webhook;

import org.jspecify.annotations.NullMarked;
