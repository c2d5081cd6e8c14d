// SPDX-License-Identifier: Apache-2.0
/** What happened to requests: one stream for access logs, metrics and analytics. */
@NullMarked
package io.anteroom.event;

import org.jspecify.annotations.NullMarked;
