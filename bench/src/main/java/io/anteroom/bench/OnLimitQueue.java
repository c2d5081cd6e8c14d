// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.Lease;
import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import io.anteroom.rate.Allowance;
import io.anteroom.rate.BudgetBook;
import io.anteroom.rate.Demand;
import io.anteroom.rate.Limit;
import io.anteroom.rate.LocalBuckets;
import io.anteroom.rate.OnLimit;
import io.anteroom.rate.RateLimits;
import io.anteroom.rate.RateListener;
import io.anteroom.rate.RateSettings;
import io.anteroom.rate.RateVerdict;
import io.anteroom.rate.Subject;
import io.anteroom.rate.Toll;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/** Two callers far over limits that let them wait, and a free one that always has work. */
final class OnLimitQueue {
    private static final int SLOTS = 2;
    private static final long WORK_MILLIS = 20;
    /** More than the slots, so that the free one always has somebody waiting. */
    private static final int FREE_AT_ONCE = 6;

    private static final int PER_SECOND = 10;
    private static final double MOST_BESIDE = 1.25;

    private final Duration length;

    private OnLimitQueue(boolean quick) {
        length = Duration.ofSeconds(quick ? 8 : 30);
    }

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) {
        OnLimitQueue bench = new OnLimitQueue(List.of(args).contains("--quick"));
        Run kept = bench.run(PER_SECOND, "limited callers keep to their limits");
        Run over = bench.run(4 * PER_SECOND, "limited callers send four times that");
        double ratio = over.meanWaitMillis() / kept.meanWaitMillis();
        boolean holds = over.idle.get() == 0
                && over.early.get() == 0
                && ratio <= MOST_BESIDE
                && over.limited.get() <= 2 * (PER_SECOND * bench.length.toSeconds() + 5);
        System.out.printf(
                Locale.ROOT,
                "on-limit-queue: in %,d looks a slot was idle %d times while the free caller had work; %d of %,d limited requests ran "
                        + "before their bucket was covered; the free one waited %.2fx as long as beside callers that keep to "
                        + "their limits (at most %.2fx): %s%n",
                over.looks.get(),
                over.idle.get(),
                over.early.get(),
                over.limited.get(),
                ratio,
                MOST_BESIDE,
                holds ? "holds" : "falls short");
        System.exit(holds ? 0 : 1);
    }

    private Run run(int perSecond, String what) {
        try (Run run = new Run()) {
            run.go(length, perSecond);
            System.out.printf(
                    Locale.ROOT,
                    "  %s: free %,d served, mean wait %.1f ms; limited %,d served, %,d refused; idle %d of %,d looks%n",
                    what,
                    run.free.get(),
                    run.meanWaitMillis(),
                    run.limited.get(),
                    run.refused.get(),
                    run.idle.get(),
                    run.looks.get());
            return run;
        }
    }

    /** One world of three callers. */
    private static final class Run implements AutoCloseable {
        private final LocalPools pools = new LocalPools(System::nanoTime);
        private final Pool pool = pools.open(
                "llm",
                PoolSettings.ofSlots(SLOTS)
                        .withEarlyRefusal(false)
                        .withCallers(new CallerLimits(40, 1000), CallerLimits.UNLIMITED));
        private final LocalBuckets buckets = new LocalBuckets();
        private final RateLimits limits = new RateLimits(
                RateSettings.NONE.withLimits(Limit.requests("rps", PER_SECOND, Duration.ofSeconds(1))
                        .withBurst(5)
                        .onLimit(OnLimit.QUEUE)),
                buckets,
                buckets,
                new BudgetBook(InstantSource.system()),
                RateListener.NOBODY);
        private final ScheduledExecutorService timer = Executors.newScheduledThreadPool(2);
        private final AtomicInteger free = new AtomicInteger();
        private final AtomicLong freeNanos = new AtomicLong();
        private final AtomicInteger freeWaiting = new AtomicInteger();
        private final AtomicInteger limited = new AtomicInteger();
        private final AtomicInteger refused = new AtomicInteger();
        private final AtomicInteger early = new AtomicInteger();
        private final AtomicInteger idle = new AtomicInteger();
        private final AtomicInteger looks = new AtomicInteger();
        private volatile boolean isOver;

        void go(Duration length, int perSecond) {
            for (int i = 0; i < FREE_AT_ONCE; i++) {
                sendFree();
            }
            long every = TimeUnit.SECONDS.toNanos(1) / perSecond;
            ScheduledFuture<?> one =
                    timer.scheduleAtFixedRate(() -> sendLimited("one"), 0, every, TimeUnit.NANOSECONDS);
            ScheduledFuture<?> two =
                    timer.scheduleAtFixedRate(() -> sendLimited("two"), 0, every, TimeUnit.NANOSECONDS);
            long end = System.nanoTime() + length.toNanos();
            while (System.nanoTime() - end < 0) {
                look();
                LockSupport.parkNanos(1_000_000);
            }
            one.cancel(false);
            two.cancel(false);
            isOver = true;
        }

        /** A slot may be free for the moment in which a new request of the free caller is on its way. */
        private void look() {
            looks.incrementAndGet();
            int waiting = freeWaiting.get();
            if (waiting > 0 && pool.snapshot().running() < SLOTS && freeWaiting.get() >= waiting) {
                idle.incrementAndGet();
            }
        }

        private void sendFree() {
            long sent = System.nanoTime();
            Arrival arrival = Arrival.of(Caller.of("free", "ip-free"), Priority.NORMAL);
            freeWaiting.incrementAndGet();
            offer(arrival, lease -> {
                freeWaiting.decrementAndGet();
                freeNanos.addAndGet(System.nanoTime() - sent);
                free.incrementAndGet();
                ScheduledFuture<?> unused = timer.schedule(() -> endFree(lease), WORK_MILLIS, TimeUnit.MILLISECONDS);
            });
        }

        private void endFree(Lease lease) {
            if (!isOver) {
                sendFree();
            }
            lease.close();
        }

        private void sendLimited(String key) {
            Subject subject = new Subject(key, "ip", "model", "llm");
            Toll toll = limits.toll(subject, Allowance.NONE, Demand.UNKNOWN, Duration.ofSeconds(60));
            if (toll == null || !(toll.take() instanceof RateVerdict.Passed passed)) {
                refused.incrementAndGet();
                return;
            }
            long notBefore = System.nanoTime() + passed.after().toNanos();
            Arrival arrival = Arrival.of(Caller.of(key, "ip-" + key), Priority.NORMAL);
            Arrival later = passed.after().isZero() ? arrival : arrival.withNotBefore(passed.after());
            boolean taken = offer(later, lease -> {
                limited.incrementAndGet();
                // The bucket was asked a moment before this clock was.
                if (System.nanoTime() - notBefore < -TimeUnit.MILLISECONDS.toNanos(5)) {
                    early.incrementAndGet();
                }
                ScheduledFuture<?> unused = timer.schedule(lease::close, WORK_MILLIS, TimeUnit.MILLISECONDS);
            });
            if (!taken) {
                toll.giveBack();
                refused.incrementAndGet();
            }
        }

        private boolean offer(Arrival arrival, Runs runs) {
            Admission answer = pool.offer(arrival, new Waiter() {
                @Override
                public void admitted(Lease lease) {
                    runs.with(lease);
                }

                @Override
                public void refused(Refusal refusal) {
                    refused.incrementAndGet();
                }
            });
            if (answer instanceof Lease lease) {
                runs.with(lease);
            }
            return !(answer instanceof Refusal);
        }

        double meanWaitMillis() {
            return freeNanos.get() / 1e6 / Math.max(1, free.get());
        }

        @Override
        public void close() {
            timer.shutdownNow();
            pools.close();
        }
    }

    private interface Runs {
        void with(Lease lease);
    }
}
