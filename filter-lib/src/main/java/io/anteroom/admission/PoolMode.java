// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

/** What an operator has told a pool to do. Work that runs is never touched. */
public enum PoolMode {
    /** Admits and queues. */
    OPEN,
    /** Queues but admits nobody; tickets still expire. */
    HOLDING,
    /** Admits those who wait already and refuses newcomers. */
    DRAINING,
    /** Refuses newcomers and has ended every ticket: the end of a node or of a pool. */
    CLOSED
}
