// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Peers;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Pools;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Pools that all nodes of a cluster share: one queue over all of them. Settings and modes are the cluster's; closing
 * these pools ends what this node holds and leaves the others alone. Safe from any thread.
 *
 * <pre>{@code
 * ClusterNode node = ClusterNode.join(ClusterSettings.of("a").members(List.of("10.0.0.1", "10.0.0.2")).build(), notices);
 * Pools pools = new HazelcastPools(node);
 * }</pre>
 */
public final class HazelcastPools implements Pools {
    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration LEARNING_PAUSE = Duration.ofMillis(1);
    private static final Duration FAREWELL = Duration.ofSeconds(10);

    private final ClusterNode node;
    private final PoolsContext context;
    private final Runnable stop;
    private final ClusterPeers peers;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, HazelcastPool> byName = new LinkedHashMap<>();
    private final Map<String, HazelcastPool> leaving = new HashMap<>();
    private boolean isClosed;

    /** Pools of the cluster, with threads of their own. The node stays its owner's, who leaves after closing these. */
    public HazelcastPools(ClusterNode node) {
        this(node, node::after, Executors.newFixedThreadPool(2, HazelcastPools::daemon));
    }

    private HazelcastPools(ClusterNode node, LocalPools.Timer timer, ExecutorService tellers) {
        this(node, timer, call -> tell(tellers, call), () -> shutDown(tellers));
    }

    /** Pools on somebody else's timer and threads: a test's. */
    HazelcastPools(ClusterNode node, LocalPools.Timer timer, Executor teller, Runnable stop) {
        this.node = node;
        this.stop = stop;
        this.peers = new ClusterPeers(node);
        // Below 2^53, so that every reader of JSON can tell two of them apart.
        long firstId = new SecureRandom().nextLong() >>> 12;
        this.context = new PoolsContext(node, timer, teller, firstId);
        node.onNote(this::read);
        node.onView(this::look);
        node.onLeave(this::leave);
        node.every(TICK, this::tick);
    }

    @Override
    public Pool open(String name, PoolSettings settings) {
        HazelcastPool pool;
        boolean isBack;
        lock.lock();
        try {
            HazelcastPool known = byName.get(name);
            if (known != null) {
                return known;
            }
            HazelcastPool back = leaving.remove(name);
            isBack = back != null;
            pool = back != null ? back : new HazelcastPool(name, settings, context);
            byName.put(name, pool);
            if (isClosed) {
                pool.close();
            }
        } finally {
            lock.unlock();
        }
        if (isBack) {
            pool.configure(settings);
            pool.mode(PoolMode.OPEN);
        } else {
            begin(pool);
        }
        return pool;
    }

    /**
     * Has the pool take in what the cluster knows of it, for a new one until all nodes have said that they hold
     * nothing.
     */
    private void begin(HazelcastPool pool) {
        long end = System.nanoTime() + context.ackWithin().toNanos();
        pool.snapshot();
        while (pool.link().isLearning() && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(LEARNING_PAUSE.toNanos());
            pool.link().tick();
            pool.snapshot();
        }
    }

    @Override
    public Peers peers() {
        return peers;
    }

    @Override
    public @Nullable Pool find(String name) {
        lock.lock();
        try {
            return byName.get(name);
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Collection<Pool> all() {
        lock.lock();
        try {
            return List.copyOf(byName.values());
        } finally {
            lock.unlock();
        }
    }

    private List<HazelcastPool> both() {
        lock.lock();
        try {
            List<HazelcastPool> both = new ArrayList<>(byName.values());
            both.addAll(leaving.values());
            return both;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean remove(String name) {
        HazelcastPool pool;
        lock.lock();
        try {
            pool = byName.remove(name);
            if (pool != null) {
                leaving.put(name, pool);
            }
        } finally {
            lock.unlock();
        }
        if (pool != null) {
            pool.mode(PoolMode.DRAINING);
        }
        return pool != null;
    }

    private void forgetIdle() {
        List<HazelcastPool> candidates;
        lock.lock();
        try {
            candidates = List.copyOf(leaving.values());
        } finally {
            lock.unlock();
        }
        for (HazelcastPool pool : candidates) {
            Reply.Figures now = pool.link().figures();
            if (now.running() == 0 && now.waiting() == 0 && pool.link().isIdle()) {
                lock.lock();
                try {
                    leaving.remove(pool.name(), pool);
                } finally {
                    lock.unlock();
                }
            }
        }
    }

    private void tick() {
        both().forEach(pool -> pool.link().tick());
        look();
        forgetIdle();
    }

    /** Tells the pools of nodes that are not there any more. */
    private void look() {
        both().forEach(pool ->
                Losses.of(node, pool.link().seen()).forEach(lost -> pool.link().send(new Call(lost, Call.NOTHING))));
    }

    private void read(Note note) {
        if (note instanceof Note.Post post) {
            Mail mail = post.mail();
            announce(
                    post.pool(),
                    mail.registration(),
                    mail.first() + mail.effects().size() - 1);
        } else if (note instanceof Note.Mailed mailed) {
            announce(mailed.pool(), mailed.registration(), mailed.last());
        } else if (note instanceof Note.Anew anew) {
            HazelcastPool pool = named(anew.pool());
            if (pool != null) {
                pool.link().registerAnew();
            } else {
                holdsNothing(anew.pool());
            }
        }
    }

    private void announce(String name, long registration, long last) {
        HazelcastPool pool = named(name);
        if (pool != null) {
            pool.link().announce(registration, last);
        }
    }

    private @Nullable HazelcastPool named(String name) {
        lock.lock();
        try {
            HazelcastPool pool = byName.get(name);
            return pool != null ? pool : leaving.get(name);
        } finally {
            lock.unlock();
        }
    }

    /** A pool that this node has not opened begins anew, and waits to hear that it holds nothing. */
    private void holdsNothing(String pool) {
        Batch batch =
                new Batch(node.name(), node.session(), 0, 1, 0, 0, 0, 0, List.of(new Command.Register(List.of())));
        var unused = context.states().submitToKey(pool, new PoolStep(batch, node.wire()));
    }

    /** This node leaves in good order. */
    private void leave() {
        for (HazelcastPool pool : both()) {
            pool.close();
            Call call = new Call(new Command.Leave(), Call.NOTHING);
            pool.link().send(call);
            try {
                call.answer().get(context.ackWithin().toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
                // The others find out.
            }
        }
    }

    /** Whether everything that was asked has been answered. */
    boolean isIdle() {
        return both().stream().allMatch(pool -> pool.link().isIdle());
    }

    /** Lets go of the node, for a test that uses it again. */
    void forget() {
        node.forget();
    }

    @Override
    public void close() {
        lock.lock();
        try {
            isClosed = true;
        } finally {
            lock.unlock();
        }
        both().forEach(HazelcastPool::close);
        peers.close();
        stop.run();
    }

    private static void tell(Executor tellers, Runnable call) {
        try {
            tellers.execute(call);
        } catch (RejectedExecutionException closed) {
            // The threads are gone because the pools are closed; nobody may be left waiting for all that.
            call.run();
        }
    }

    private static void shutDown(ExecutorService tellers) {
        tellers.shutdown();
        try {
            if (!tellers.awaitTermination(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
                tellers.shutdownNow().forEach(Runnable::run);
            }
        } catch (InterruptedException e) {
            tellers.shutdownNow().forEach(Runnable::run);
            Thread.currentThread().interrupt();
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "anteroom-waiters");
        thread.setDaemon(true);
        return thread;
    }
}
