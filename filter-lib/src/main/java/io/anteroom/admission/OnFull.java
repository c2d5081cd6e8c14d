// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

/** What happens to a request that finds the queue full. */
public enum OnFull {
    /** The newcomer is refused. */
    REJECT,
    /**
     * The newest ticket of the longest flow in the lowest level is pushed out, if that level is lower than the
     * newcomer's, or is the same and that flow has at least two more waiting than the newcomer's; else the newcomer is
     * refused.
     */
    SHED_LOWEST
}
