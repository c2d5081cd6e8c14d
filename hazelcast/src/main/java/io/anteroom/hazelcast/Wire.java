// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.cluster.Cluster;
import com.hazelcast.cluster.Member;
import org.jspecify.annotations.Nullable;

/**
 * In which form this node writes what others read: the newest that all nodes of the cluster know, so that one release
 * can follow another node by node. Each node says in an attribute what it reads; one that says nothing is of the first
 * release. Safe from any thread.
 */
final class Wire {
    static final String ATTRIBUTE = "anteroom.wire";

    private volatile @Nullable Cluster cluster;

    /** From now on the nodes of this cluster count. */
    void joined(Cluster joined) {
        cluster = joined;
    }

    /** The form to write in now; before this node has joined that which everybody reads. */
    int version() {
        Cluster known = cluster;
        if (known == null) {
            return Codec.FIRST_VERSION;
        }
        int least = Codec.VERSION;
        for (Member member : known.getMembers()) {
            least = Math.min(least, reads(member.getAttribute(ATTRIBUTE)));
        }
        return least;
    }

    /** What a node reads that says this of itself. */
    static int reads(@Nullable String said) {
        try {
            return said == null ? Codec.FIRST_VERSION : Math.max(Codec.FIRST_VERSION, Integer.parseInt(said));
        } catch (NumberFormatException e) {
            return Codec.FIRST_VERSION;
        }
    }
}
