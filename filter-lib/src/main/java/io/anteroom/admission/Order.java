// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

/** Who goes first when several wait. {@link io.anteroom.admission the package} derives the orders and their bounds. */
public enum Order {
    /** Levels share the slots by weight; inside a level every flow gets the same. The default. */
    WEIGHTED,
    /** A higher level goes first; a lower one ages: it is sure of {@link LevelSettings#floorPercent()} of the slots. */
    STRICT,
    /** One fair order over all flows in which the level's weight multiplies the flow's: tenants before levels. */
    FLAT,
    /** Arrival order, whoever it is. */
    FIFO
}
