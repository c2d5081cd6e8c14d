// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.map.IMap;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Effect;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import io.anteroom.hazelcast.Courier.Flight;
import io.anteroom.hazelcast.Held.State;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One thread that asks a shared pool one thing at a time. All but {@link #wake} is that thread's. */
final class SingleCaller {
    private static final long PAUSE_NANOS = Duration.ofMillis(5).toNanos();
    private static final long LONGEST_SLEEP_SECONDS = 600;

    private static final Waiter NOBODY = new Waiter() {
        @Override
        public void admitted(Lease lease) {}

        @Override
        public void refused(Refusal refusal) {}
    };

    private final ClusterNode node;
    private final IMap<String, SharedPool> states;
    private final String pool;
    private final List<Arrival> arrivals;
    private final RateGauge gauge;
    private final Ledger ledger = new Ledger();
    private final Courier courier;
    private final Deque<Held> running = new ArrayDeque<>();
    private final Semaphore woken = new Semaphore(0);
    private long nextId = new SecureRandom().nextLong() >>> 12;
    private long settings = -1;
    private int turn;

    SingleCaller(
            ClusterNode node,
            IMap<String, SharedPool> states,
            String pool,
            String name,
            List<Arrival> arrivals,
            RateGauge gauge) {
        this.node = node;
        this.states = states;
        this.pool = pool;
        this.arrivals = arrivals;
        this.gauge = gauge;
        courier = new Courier(name, node.session(), () -> ledger.register(now()));
    }

    private long now() {
        return node.nanoClock().getAsLong();
    }

    void wake() {
        woken.release();
    }

    void run(int count, CountDownLatch full) {
        for (int i = 0; i < count; i++) {
            offer(arrivals.get(turn++ % arrivals.size()));
        }
        full.countDown();
        try {
            while (woken.tryAcquire(LONGEST_SLEEP_SECONDS, TimeUnit.SECONDS)) {
                while (gauge.isOn()) {
                    next();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void next() {
        Held held = running.poll();
        if (held == null) {
            ask(new Call(new Command.Tick(), Call.NOTHING));
            return;
        }
        gauge.admitted();
        if (ledger.remove(held)) {
            ask(new Call(new Command.Release(held.id), Call.NOTHING));
        }
        offer(held.arrival);
    }

    private void offer(Arrival arrival) {
        long since = System.nanoTime();
        Held held = new Held(nextId++, arrival, NOBODY, now());
        ledger.add(held);
        ask(new Call(new Command.Arrive(held.id, arrival), result -> {
            ledger.decided(held, result, now());
            gauge.decidedAfter(System.nanoTime() - since);
            if (held.state == State.RUNNING) {
                running.add(held);
            } else if (held.state != State.WAITING) {
                gauge.failed();
            }
        }));
    }

    private void ask(Call call) {
        courier.add(call);
        for (Flight flight = courier.next(settings, now()); flight != null; flight = courier.next(settings, now())) {
            gauge.called();
            Reply reply = states.executeOnKey(pool, new PoolStep(flight.batch(), node.wire()));
            if (!courier.lands(flight)) {
                throw new IllegalStateException("another flight has landed");
            }
            if (reply.outcome() == Reply.Outcome.DONE) {
                arrived(flight, reply);
            } else {
                courier.again(flight);
                if (reply.outcome() != Reply.Outcome.REGISTER) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
            }
        }
    }

    private void arrived(Flight flight, Reply reply) {
        flight.calls().get(0).end(reply.results().get(0));
        settings = reply.settingsRevision();
        Mail mail = reply.mail();
        Mail fresh = mail == null ? null : courier.open(mail);
        if (fresh != null) {
            fresh.effects().forEach(this::take);
        }
    }

    private void take(Effect effect) {
        Ledger.News news = ledger.take(effect, now());
        Held held = news == null ? null : news.held();
        if (held != null && effect instanceof Effect.Granted) {
            running.add(held);
        } else if (news != null) {
            gauge.failed();
        }
    }
}
