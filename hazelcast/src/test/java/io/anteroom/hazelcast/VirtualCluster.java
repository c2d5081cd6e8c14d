// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.map.IMap;
import io.anteroom.admission.Pools;
import io.anteroom.admission.PoolsUnderTest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Pools of a real cluster on a clock, timers and an executor that stand still until the test moves them. */
final class VirtualCluster implements PoolsUnderTest {
    private final Clock clock;
    private final List<Due> timers = new ArrayList<>();
    private final Queue<Runnable> calls = new ConcurrentLinkedQueue<>();
    private final List<HazelcastPools> all = new ArrayList<>();
    private final Members members;

    /** A clock that a test moves; the nodes outlive the tests and keep it. */
    static final class Clock {
        volatile long nanos = -5_000_000_000L;
    }

    private record Due(long nanos, Runnable task) {}

    VirtualCluster(Members members, Clock clock) {
        this.members = members;
        this.clock = clock;
        for (ClusterNode node : members.nodes) {
            all.add(new HazelcastPools(node, this::arm, calls::add, () -> {}));
        }
    }

    private synchronized void arm(Duration delay, Runnable task) {
        timers.add(new Due(clock.nanos + delay.toNanos(), task));
    }

    private synchronized Due next(long until) {
        Due next = timers.stream()
                .min(Comparator.comparingLong(Due::nanos))
                .filter(due -> due.nanos <= until)
                .orElse(null);
        timers.remove(next);
        return next;
    }

    @Override
    public Pools pools() {
        return all.get(0);
    }

    Pools pools(int node) {
        return all.get(node);
    }

    @Override
    public void advance(Duration by) {
        settle();
        long until = clock.nanos + by.toNanos();
        for (Due next = next(until); next != null; next = next(until)) {
            clock.nanos = Math.max(clock.nanos, next.nanos);
            next.task.run();
            settle();
        }
        clock.nanos = until;
        runPending();
    }

    @Override
    public void runPending() {
        settle();
        for (Runnable call = calls.poll(); call != null; call = calls.poll()) {
            call.run();
        }
    }

    /** Every node asks for what there is for it, as it does now and then: words that say so come when they come. */
    void fetchMail() {
        settle();
        for (HazelcastPools pools : all) {
            pools.all().forEach(pool -> ((HazelcastPool) pool).link().tick());
        }
        runPending();
    }

    private void settle() {
        Await.until("all has been answered", () -> all.stream().allMatch(HazelcastPools::isIdle));
    }

    @Override
    public void close() {
        all.forEach(HazelcastPools::close);
        runPending();
        all.forEach(HazelcastPools::forget);
        IMap<String, SharedPool> states = members.nodes.get(0).hazelcast().getMap(HazelcastConfig.POOLS);
        states.keySet().forEach(states::delete);
    }
}
