// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import java.time.Instant;
import java.util.List;
import java.util.Map;

/** The servers that share the pools, as one of them sees it. Safe from any thread; quick. */
@FunctionalInterface
public interface ClusterView {
    /** How it stands now. */
    State state();

    /**
     * The cluster.
     *
     * @param mode {@code single} for one server by itself, or how the servers share pools
     * @param isWhole whether all servers that should be there are seen; false after a split
     * @param note one sentence on what is the matter, or empty
     * @param members the servers, this one among them, and those that have gone lately
     */
    record State(String mode, boolean isWhole, String note, List<Member> members) {
        /** Copies the list. */
        public State {
            members = List.copyOf(members);
        }
    }

    /** What is known of a server. */
    enum Standing {
        /** It is there. */
        HERE,
        /** It is out of sight, and may run. */
        MISSING,
        /** It has ended, or left in good order. */
        GONE
    }

    /**
     * One server.
     *
     * @param name its name
     * @param address where it is, or empty
     * @param version the version of its software
     * @param isSelf whether it is the one that answers
     * @param standing whether it is there; those that are not are named for a while
     * @param since when it has been there since
     * @param lastSeen when it was last heard of
     * @param pools slots, running and waiting of its own requests, by pool; empty if that is not known
     */
    record Member(
            String name,
            String address,
            String version,
            boolean isSelf,
            Standing standing,
            Instant since,
            Instant lastSeen,
            Map<String, Share> pools) {
        /** Copies the map. */
        public Member {
            pools = Map.copyOf(pools);
        }
    }

    /**
     * A server's share of a pool.
     *
     * @param running how many of its requests run
     * @param waiting how many of its requests wait
     */
    record Share(int running, int waiting) {}
}
