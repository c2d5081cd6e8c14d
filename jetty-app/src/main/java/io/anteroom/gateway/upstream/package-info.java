// SPDX-License-Identifier: Apache-2.0
/**
 * Groups of backends: which gets a request, which are down, and when a request is tried again. Knows nothing of how
 * requests are carried.
 */
@NullMarked
package io.anteroom.gateway.upstream;

import org.jspecify.annotations.NullMarked;
