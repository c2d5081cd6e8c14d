// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

/** How a bucket refills. */
public enum Refill {
    /** Evenly: one sixtieth of a minute's amount each second. */
    SMOOTH,
    /** All at once, at the end of each period. */
    INTERVAL
}
