// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real threads on one pool: what they count by themselves must be what the pool promises. */
final class LocalPoolsStressTest {
    private static final int THREADS = 8;
    private static final int MOST_SLOTS = 6;
    private static final Duration FOR = Duration.ofMillis(Integer.getInteger("stress.millis", 1500));

    /** So many requests also where the machine is busy with something else. */
    private static final int AT_LEAST = 5_000;

    /** Who holds a slot, counted by those who do. */
    private final AtomicInteger holding = new AtomicInteger();

    private final AtomicInteger mostHolding = new AtomicInteger();
    private final AtomicLong offered = new AtomicLong();
    private final AtomicLong ended = new AtomicLong();
    private final AtomicLong toldTwice = new AtomicLong();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    /** One request; exactly one of granted, refused, abandoned. */
    private final class Request implements Waiter {
        private final AtomicInteger told = new AtomicInteger();
        private final Deque<Runnable> toClose;

        Request(Deque<Runnable> toClose) {
            this.toClose = toClose;
        }

        private void end() {
            if (told.incrementAndGet() != 1) {
                toldTwice.incrementAndGet();
            }
            ended.incrementAndGet();
        }

        void runs(Lease lease) {
            mostHolding.accumulateAndGet(holding.incrementAndGet(), Math::max);
            Runnable close = () -> {
                holding.decrementAndGet();
                lease.close();
                lease.close();
            };
            synchronized (toClose) {
                toClose.add(close);
            }
        }

        @Override
        public void admitted(Lease lease) {
            end();
            runs(lease);
        }

        @Override
        public void refused(Refusal refusal) {
            end();
        }
    }

    @Test
    @Timeout(60)
    void offerCloseAbandonConfigure_fromEightThreads_keepsEveryPromise() throws InterruptedException {
        LocalPools pools = new LocalPools(System::nanoTime);
        LocalPool pool = (LocalPool) pools.open("stress", settings(new Random(1)));
        long end = System.nanoTime() + FOR.toNanos();
        List<Deque<Runnable>> open = new ArrayList<>();
        CountDownLatch done = new CountDownLatch(THREADS);
        for (int i = 0; i < THREADS; i++) {
            Deque<Runnable> toClose = new ArrayDeque<>();
            open.add(toClose);
            Random random = new Random(i);
            new Thread(() -> {
                        try {
                            work(pool, random, toClose, end);
                        } catch (RuntimeException | Error e) {
                            failure.set(e);
                        } finally {
                            done.countDown();
                        }
                    })
                    .start();
        }
        assertThat(done.await(50, TimeUnit.SECONDS)).as("no deadlock").isTrue();
        pools.close();
        open.forEach(LocalPoolsStressTest::closeAll);

        assertThat(failure.get()).isNull();
        assertThat(mostHolding.get()).as("at once").isBetween(1, MOST_SLOTS);
        assertThat(ended.get()).as("every request ended").isEqualTo(offered.get());
        assertThat(toldTwice.get()).isZero();
        assertThat(holding.get()).isZero();
        PoolSnapshot snapshot = pool.snapshot();
        assertThat(snapshot.running()).isZero();
        assertThat(snapshot.waiting()).isZero();
        PoolSnapshot.Counts counts = snapshot.counts();
        assertThat(counts.admitted()).isEqualTo(counts.released());
        long refused =
                counts.refused().values().stream().mapToLong(Long::longValue).sum();
        assertThat(counts.admitted() + refused + counts.abandoned()).isEqualTo(offered.get());
        pool.audit(Audit::check);
    }

    private void work(LocalPool pool, Random random, Deque<Runnable> toClose, long end) {
        Deque<Ticket> waiting = new ArrayDeque<>();
        int audits = 0;
        while (System.nanoTime() - end < 0 || offered.get() < AT_LEAST) {
            int what = random.nextInt(100);
            if (what < 50) {
                offer(pool, random, toClose, waiting);
            } else if (what < 85) {
                close(toClose);
            } else if (what < 95) {
                Ticket ticket = waiting.poll();
                if (ticket != null && ticket.abandon()) {
                    ended.incrementAndGet();
                }
            } else if (what < 97) {
                pool.configure(settings(random));
            } else if (what < 98) {
                pool.mode(random.nextBoolean() ? PoolMode.OPEN : PoolMode.HOLDING);
                pool.mode(PoolMode.OPEN);
            } else if (what < 99) {
                pool.waiting(5);
                pool.snapshot();
            } else if (audits++ < 50) {
                pool.audit(Audit::check);
            }
        }
        pool.mode(PoolMode.OPEN);
    }

    private void offer(LocalPool pool, Random random, Deque<Runnable> toClose, Deque<Ticket> waiting) {
        Priority priority = Priority.values()[random.nextInt(4)];
        Arrival arrival = Arrival.of(Caller.of("k" + random.nextInt(20), "i" + random.nextInt(5)), priority)
                .withLongestWait(Duration.ofMillis(1 + random.nextInt(50)));
        Request request = new Request(toClose);
        offered.incrementAndGet();
        Admission answer = pool.offer(arrival, request);
        if (answer instanceof Lease lease) {
            ended.incrementAndGet();
            request.runs(lease);
        } else if (answer instanceof Ticket ticket) {
            ticket.status();
            waiting.add(ticket);
        } else {
            ended.incrementAndGet();
        }
        if (waiting.size() > 100) {
            waiting.poll();
        }
    }

    private static void close(Deque<Runnable> toClose) {
        Runnable close;
        synchronized (toClose) {
            close = toClose.poll();
        }
        if (close != null) {
            close.run();
        }
    }

    private static void closeAll(Deque<Runnable> toClose) {
        synchronized (toClose) {
            toClose.forEach(Runnable::run);
            toClose.clear();
        }
    }

    private static PoolSettings settings(Random random) {
        return PoolSettings.ofSlots(2 + random.nextInt(MOST_SLOTS - 1))
                .withOrder(Order.values()[random.nextInt(4)])
                .withQueue(50, 1 << 20)
                .withOnFull(random.nextBoolean() ? OnFull.REJECT : OnFull.SHED_LOWEST)
                .withEarlyRefusal(random.nextBoolean())
                .withCallers(new CallerLimits(20, 1 + random.nextInt(4)), new CallerLimits(40, 2 + random.nextInt(4)));
    }
}
