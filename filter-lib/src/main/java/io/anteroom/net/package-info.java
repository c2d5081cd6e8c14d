// SPDX-License-Identifier: Apache-2.0
/** Addresses and sockets, without servlet types: who is at the other end, and whether it still is. */
@NullMarked
package io.anteroom.net;

import org.jspecify.annotations.NullMarked;
