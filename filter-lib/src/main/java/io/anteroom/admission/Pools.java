// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** The pools of one front door, by name. {@link LocalPools} keeps them in this JVM. Safe from any thread. */
public interface Pools extends AutoCloseable {
    /** Opens a pool, or answers the one of that name and leaves its settings as they are. */
    Pool open(String name, PoolSettings settings);

    /** The pool of that name, or null. */
    @Nullable Pool find(String name);

    /** All pools, in the order in which they were opened. */
    Collection<Pool> all();

    /**
     * Forgets a pool. It refuses newcomers and serves those who wait in it already; opened again before that is over,
     * it goes on as the same pool, so that its slots are never given out twice.
     *
     * @return whether there was one of that name
     */
    boolean remove(String name);

    /** The other nodes that share these pools. */
    default Peers peers() {
        return Peers.NONE;
    }

    /** Closes every pool: each ticket ends with {@link Refusal.Code#SHUTTING_DOWN}, and no thread stays behind. */
    @Override
    void close();
}
