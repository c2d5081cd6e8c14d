// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Decision;
import io.anteroom.admission.Effect;
import io.anteroom.admission.Lease;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A crowd that goes through {@link Link}, as all of {@link HazelcastPool} does: what comes while a batch is under way
 * goes with the next. An offer has no thread that is blocked for its answer; everything else is as in
 * {@link HazelcastPools}. The time of an offer ends where its thread would be woken.
 */
public final class BatchedArm implements RateArm {
    private static final Duration TICK = Duration.ofMillis(250);

    /** Nobody asks this one: the crowd looks at the news itself. */
    private static final Waiter NOBODY = new Waiter() {
        @Override
        public void admitted(Lease lease) {}

        @Override
        public void refused(Refusal refusal) {}
    };

    private final PoolsContext context;
    private final Ledger ledger = new Ledger();
    private final Link link;
    private final List<Arrival> arrivals;
    private final RateGauge gauge;
    private final Executor tellers = Executors.newFixedThreadPool(2, BatchedArm::daemon);
    private final Queue<Held> staying = new ConcurrentLinkedQueue<>();
    private final Queue<Held> letIn = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean isSeenTo = new AtomicBoolean();
    private final Semaphore decided = new Semaphore(0);
    private final AtomicInteger turn = new AtomicInteger();

    /** @param arrivals what the crowd asks with, by turns */
    public BatchedArm(ClusterNode node, String pool, PoolSettings settings, List<Arrival> arrivals, RateGauge gauge) {
        this.arrivals = List.copyOf(arrivals);
        this.gauge = gauge;
        context = new PoolsContext(node, node::after, tellers, new SecureRandom().nextLong() >>> 12);
        link = new Link(pool, settings, context, ledger, this::told);
        node.onNote(note -> {
            if (note instanceof Note.Mailed mailed && mailed.pool().equals(pool)) {
                link.announce(mailed.registration(), mailed.last());
            } else if (note instanceof Note.Anew anew && anew.pool().equals(pool)) {
                link.registerAnew();
            }
        });
        node.every(TICK, link::tick);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "crowd");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void fill(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            offer(arrivals.get(turn()));
        }
        decided.acquire(count);
    }

    private int turn() {
        return Math.floorMod(turn.getAndIncrement(), arrivals.size());
    }

    private void offer(Arrival arrival) {
        long since = System.nanoTime();
        Held held = new Held(context.nextId(), arrival, NOBODY, context.now());
        Call call = new Call(new Command.Arrive(held.id, arrival), result -> decided(held, result, since));
        if (!link.open(held, call)) {
            gauge.failed();
        }
    }

    /** Under the lock of the link. */
    private void decided(Held held, Result result, long since) {
        ledger.decided(held, result, context.now());
        gauge.decidedAfter(System.nanoTime() - since);
        decided.release();
        Decision decision = result instanceof Result.Decided told ? told.decision() : new Decision.Over();
        if (decision instanceof Decision.Admitted) {
            letIn(held);
        } else if (!(decision instanceof Decision.Queued)) {
            gauge.failed();
        }
    }

    private void told(Ledger.News news) {
        Held held = news.held();
        if (held != null && news.effect() instanceof Effect.Granted) {
            letIn(held);
        } else {
            gauge.failed();
        }
    }

    /** Of all that come with one answer one task takes care. */
    private void letIn(Held held) {
        letIn.add(held);
        if (isSeenTo.compareAndSet(false, true)) {
            context.tell(this::seeToThem);
        }
    }

    private void seeToThem() {
        isSeenTo.set(false);
        for (Held held = letIn.poll(); held != null; held = letIn.poll()) {
            admitted(held);
        }
    }

    private void admitted(Held held) {
        if (gauge.isOn()) {
            goOn(held);
        } else {
            staying.add(held);
        }
    }

    private void goOn(Held held) {
        gauge.admitted();
        link.release(held);
        offer(held.arrival);
    }

    @Override
    public void go() {
        for (Held held = staying.poll(); held != null; held = staying.poll()) {
            letIn(held);
        }
    }
}
