// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

/** By what callers are listed. Rows of the database name these by their order. */
public enum CallerKind {
    /** The callers, as fairness tells them apart: by their keys, or their addresses where they have none. */
    KEY,
    /** The addresses, IPv6 by /64. */
    IP
}
