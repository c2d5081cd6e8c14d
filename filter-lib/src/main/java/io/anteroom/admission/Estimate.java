// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;

/**
 * A predicted wait. Four waits in five end between {@code low} and {@code high}.
 *
 * @param likely as many waits are shorter as longer
 * @param low one wait in ten is shorter
 * @param high one wait in ten is longer
 */
public record Estimate(Duration likely, Duration low, Duration high) {}
