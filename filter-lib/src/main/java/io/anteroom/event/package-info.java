// SPDX-License-Identifier: Apache-2.0
/** What happened: one stream for access logs, metrics, analytics, webhooks and live pages. */
@NullMarked
package io.anteroom.event;

import org.jspecify.annotations.NullMarked;
