// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;

/**
 * A predicted wait. Four waits in five end between {@code low} and {@code high}.
 *
 * @param likely somewhat more waits are shorter than longer, so that it is right for the long ones
 * @param low one wait in ten is shorter
 * @param high one wait in ten is longer
 */
public record Estimate(Duration likely, Duration low, Duration high) {
    Estimate atLeast(Duration least) {
        return new Estimate(longer(likely, least), longer(low, least), longer(high, least));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? other : one;
    }
}
