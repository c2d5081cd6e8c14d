// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import org.jspecify.annotations.Nullable;

/** What a step asks of the node on which it runs. */
interface Owner {
    /** Where the node is found from inside of Hazelcast. */
    String KEY = "io.anteroom.owner";

    /** What this node sees now, in the time of that pool. */
    Facts facts(SharedPool pool);

    /** Whether this node has just been standing still, so that its view may be long out of date. */
    boolean isFenced();

    /** Has a node told that it has mail in a pool, and not on this thread. */
    void announce(String pool, String node, Bell bell);

    static @Nullable Owner of(HazelcastInstance instance) {
        return instance.getUserContext().get(KEY) instanceof Owner owner ? owner : null;
    }
}
