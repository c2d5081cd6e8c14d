// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A crowd whose commands go one by one: each of some threads sends one and is blocked until it is answered. The state
 * is the same {@link SharedPool}, in a map of the same cluster, by the same {@link PoolStep} and its replay on the
 * backup; each thread is a node of its own to it, as a node has one batch under way at a time. What becomes of its
 * requests comes with the answers; nothing is announced to anybody, which spares these calls a word.
 */
public final class SingleArm implements RateArm {
    private final List<SingleCaller> callers = new ArrayList<>();

    /** @param arrivals what the crowd asks with: each thread has its part of them */
    public SingleArm(
            ClusterNode node,
            String pool,
            PoolSettings settings,
            List<Arrival> arrivals,
            int threads,
            int nodes,
            RateGauge gauge) {
        var states = node.hazelcast().<String, SharedPool>getMap(HazelcastConfig.POOLS);
        var unused = states.putIfAbsent(
                pool, new SharedPool(settings, PoolMode.OPEN, new Beginning(List.of(), List.of(), nodes, 0)));
        for (int i = 0; i < threads; i++) {
            int from = arrivals.size() * i / threads;
            int to = arrivals.size() * (i + 1) / threads;
            callers.add(new SingleCaller(
                    node, states, pool, node.name() + "." + i, List.copyOf(arrivals.subList(from, to)), gauge));
        }
    }

    @Override
    public void fill(int count) throws InterruptedException {
        CountDownLatch full = new CountDownLatch(callers.size());
        for (int i = 0; i < callers.size(); i++) {
            int share = count * (i + 1) / callers.size() - count * i / callers.size();
            SingleCaller caller = callers.get(i);
            Thread thread = new Thread(() -> caller.run(share, full), "caller");
            thread.setDaemon(true);
            thread.start();
        }
        full.await();
    }

    @Override
    public void go() {
        callers.forEach(SingleCaller::wake);
    }
}
