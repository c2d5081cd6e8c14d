// SPDX-License-Identifier: Apache-2.0
/** Sends a recorded trace through real sockets and measures what became of it. */
@NullMarked
package io.anteroom.gateway.replay;

import org.jspecify.annotations.NullMarked;
