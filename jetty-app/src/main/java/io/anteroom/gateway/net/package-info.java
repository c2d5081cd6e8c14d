// SPDX-License-Identifier: Apache-2.0
/** Connections that tell when their client has left. */
@NullMarked
package io.anteroom.gateway.net;

import org.jspecify.annotations.NullMarked;
