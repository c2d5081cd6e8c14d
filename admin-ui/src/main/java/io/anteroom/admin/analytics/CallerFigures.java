// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import java.time.Duration;

/**
 * What one caller, or one address, did in a period.
 *
 * @param name the caller's name, or the beginning of its key's hash, or an address; never a key
 * @param requests how many requests, counted as {@link Count} does
 * @param over by how much that may be too high; zero for whoever was in the list from the beginning
 * @param refused how many were refused on arrival, at least
 * @param expired how many waited in vain, at least
 * @param waited how long they waited together, at least
 * @param ran how long they held slots together, at least
 */
public record CallerFigures(
        String name, long requests, long over, long refused, long expired, Duration waited, Duration ran) {}
