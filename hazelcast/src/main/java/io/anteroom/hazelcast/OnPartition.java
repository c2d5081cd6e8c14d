// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

/** What a part of the cluster does while it does not see all of it. */
public enum OnPartition {
    /** It uses its share of the slots, in proportion to the nodes in it: all parts together never use more than all. */
    SHARE,
    /** It admits nobody and refuses newcomers, unless more than half of the nodes are in it. */
    CLOSED,
    /** It uses all slots: with several parts the backends see as many times the slots. */
    OPEN
}
