// SPDX-License-Identifier: Apache-2.0
/**
 * What backends say of themselves. Advisory only: the pool's own count of leases is the truth, and a backend that has
 * gone silent is unknown, never free and never full.
 */
@NullMarked
package io.anteroom.backend;

import org.jspecify.annotations.NullMarked;
