// SPDX-License-Identifier: Apache-2.0
/** Requests that are sent again with the same {@code Idempotency-Key}: they get the answer of the first. */
@NullMarked
package io.anteroom.gateway.idempotency;

import org.jspecify.annotations.NullMarked;
