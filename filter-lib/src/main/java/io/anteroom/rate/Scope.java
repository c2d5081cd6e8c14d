// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

/** What a limit counts apart. Several together make a bucket for each combination. */
public enum Scope {
    /** The caller: its key, or its address if it has none. */
    KEY,
    /** The network address, IPv6 by /64. */
    IP,
    /** The model asked for. */
    MODEL,
    /** The pool. */
    POOL
}
