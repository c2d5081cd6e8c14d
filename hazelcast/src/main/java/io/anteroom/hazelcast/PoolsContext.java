// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.map.IMap;
import io.anteroom.admission.LocalPools;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/** What the pools of one node have in common. Safe from any thread. */
final class PoolsContext {
    /** How long nothing is sent after a call that failed. */
    static final Duration PAUSE = Duration.ofMillis(50);

    private final ClusterNode node;
    private final IMap<String, SharedPool> states;
    private final LocalPools.Timer timer;
    private final Executor teller;
    private final AtomicLong lastId;

    PoolsContext(ClusterNode node, LocalPools.Timer timer, Executor teller, long firstId) {
        this.node = node;
        this.states = node.hazelcast().getMap(HazelcastConfig.POOLS);
        this.timer = timer;
        this.teller = teller;
        this.lastId = new AtomicLong(firstId);
    }

    ClusterNode node() {
        return node;
    }

    IMap<String, SharedPool> states() {
        return states;
    }

    long now() {
        return node.nanoClock().getAsLong();
    }

    /** A number that no other request of the cluster has. */
    long nextId() {
        return lastId.incrementAndGet();
    }

    Duration ackWithin() {
        return node.settings().ackWithin();
    }

    void after(Duration delay, Runnable task) {
        timer.after(delay, task);
    }

    void tell(Runnable call) {
        teller.execute(call);
    }
}
