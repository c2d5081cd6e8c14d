// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The contract on virtual time, and what is particular to local pools. */
final class LocalPoolsTest extends PoolsContract {
    @Override
    protected PoolsUnderTest create() {
        return new VirtualHost();
    }

    private static PoolSettings settings(int slots) {
        return PoolSettings.ofSlots(slots).withEarlyRefusal(false);
    }

    private static Arrival by(String key) {
        return Arrival.of(Caller.of(key, "ip"), Priority.NORMAL);
    }

    @Test
    void offer_manyDeadlinesEachEarlierThanTheLongest_leavesFewTimers() {
        VirtualHost host = new VirtualHost();
        Pool pool = host.pools().open("llm", settings(1));
        pool.offer(by("runs"), new RecordingWaiter());
        pool.offer(by("patient").withLongestWait(Duration.ofHours(1)), new RecordingWaiter());

        for (int i = 0; i < 500; i++) {
            pool.offer(by("hasty").withLongestWait(Duration.ofSeconds(1)), new RecordingWaiter());
            host.advance(Duration.ofSeconds(2));
        }

        assertThat(host.timers).hasSize(1);
        assertThat(pool.snapshot().waiting()).isEqualTo(1);
    }

    @Test
    void timer_goesOffEarly_isArmedAgain() {
        VirtualHost host = new VirtualHost();
        Pool pool = host.pools().open("llm", settings(1));
        pool.offer(by("runs"), new RecordingWaiter());
        RecordingWaiter waiter = new RecordingWaiter();
        pool.offer(by("a").withLongestWait(Duration.ofSeconds(10)), waiter);

        VirtualHost.Due early = host.timers.remove(0);
        early.task().run();
        assertThat(host.timers).hasSize(1);
        host.advance(Duration.ofSeconds(10));

        assertThat(waiter.code()).isEqualTo(Refusal.Code.WAIT_TIMEOUT);
    }

    @Test
    void timer_nobodyLeft_isNotArmedAgain() {
        VirtualHost host = new VirtualHost();
        Pool pool = host.pools().open("llm", settings(1));
        pool.offer(by("runs"), new RecordingWaiter());
        Ticket ticket = (Ticket) pool.offer(by("a").withLongestWait(Duration.ofSeconds(1)), new RecordingWaiter());
        ticket.abandon();

        host.advance(Duration.ofSeconds(5));

        assertThat(host.timers).isEmpty();
    }

    @Test
    void admitted_waiterFailsWithAnError_losesNoSlotAndTheErrorGoesOn() {
        VirtualHost host = new VirtualHost();
        Pool pool = host.pools().open("llm", settings(1));
        Lease lease = (Lease) pool.offer(by("a"), new RecordingWaiter());
        pool.offer(by("b"), new Waiter() {
            @Override
            public void admitted(Lease unused) {
                throw new NoClassDefFoundError("on purpose");
            }

            @Override
            public void refused(Refusal refusal) {}
        });
        lease.close();

        assertThatThrownBy(host::runPending).isInstanceOf(NoClassDefFoundError.class);

        assertThat(pool.snapshot().running()).isZero();
    }

    @Test
    void tell_executorRefuses_callsTheWaiterItself() {
        Pools pools = new LocalPools(() -> 0, (delay, task) -> {}, call -> {
            throw new RejectedExecutionException("on purpose");
        });
        Pool pool = pools.open("llm", settings(1));
        Lease lease = (Lease) pool.offer(by("a"), new RecordingWaiter());
        RecordingWaiter waiter = new RecordingWaiter();
        pool.offer(by("b"), waiter);

        lease.close();

        assertThat(waiter.lease().isClosed()).isFalse();
    }

    @Test
    void status_longQueue_isRankedAtMostEveryQuarterOfASecond() {
        VirtualHost host = new VirtualHost();
        Pool pool = host.pools().open("llm", settings(1).withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED));
        pool.offer(by("r"), new RecordingWaiter());
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            tickets.add((Ticket) pool.offer(by("a"), new RecordingWaiter()));
        }
        Ticket last = tickets.get(299);
        assertThat(last.status().position()).isEqualTo(300);

        tickets.get(0).abandon();
        assertThat(last.status().position()).isEqualTo(300);
        host.advance(Duration.ofMillis(249));
        assertThat(last.status().position()).isEqualTo(300);
        host.advance(Duration.ofMillis(1));
        assertThat(last.status().position()).isEqualTo(299);
    }

    @Test
    void status_shortQueue_isAlwaysFresh() {
        VirtualHost host = new VirtualHost();
        Pool pool = host.pools().open("llm", settings(1).withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED));
        pool.offer(by("r"), new RecordingWaiter());
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < 257; i++) {
            tickets.add((Ticket) pool.offer(by("a"), new RecordingWaiter()));
        }
        Ticket last = tickets.get(256);
        assertThat(last.status().position()).isEqualTo(257);

        tickets.get(0).abandon();

        assertThat(last.status().position()).isEqualTo(256);
    }

    @Test
    void close_withThreadsOfItsOwn_answersEverybodyAndEndsThem() throws InterruptedException {
        LocalPools pools = new LocalPools(System::nanoTime);
        Pool pool = pools.open("llm", settings(1));
        Lease lease = (Lease) pool.offer(by("a"), new RecordingWaiter());
        AtomicReference<Thread> teller = new AtomicReference<>();
        AtomicInteger refused = new AtomicInteger();
        CountDownLatch told = new CountDownLatch(1);
        Waiter waiter = new Waiter() {
            @Override
            public void admitted(Lease granted) {
                teller.set(Thread.currentThread());
                granted.close();
                told.countDown();
            }

            @Override
            public void refused(Refusal refusal) {
                refused.incrementAndGet();
            }
        };
        pool.offer(by("b"), waiter);
        lease.close();
        assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(teller.get()).isNotSameAs(Thread.currentThread());
        assertThat(teller.get().isDaemon()).isTrue();
        pool.mode(PoolMode.HOLDING);
        for (int i = 0; i < 20; i++) {
            pool.offer(by("c"), waiter);
        }

        pools.close();

        assertThat(refused).hasValue(20);
        teller.get().join(10_000);
        assertThat(teller.get().isAlive()).isFalse();
    }

    @Test
    void deadline_withThreadsOfItsOwn_isKept() throws InterruptedException {
        try (LocalPools pools = new LocalPools(System::nanoTime)) {
            Pool pool = pools.open("llm", settings(0));
            CountDownLatch told = new CountDownLatch(1);
            AtomicReference<Refusal> refusal = new AtomicReference<>();
            Waiter waiter = new Waiter() {
                @Override
                public void admitted(Lease lease) {}

                @Override
                public void refused(Refusal why) {
                    refusal.set(why);
                    told.countDown();
                }
            };

            pool.offer(by("a").withLongestWait(Duration.ofMillis(20)), waiter);

            assertThat(told.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(refusal.get().code()).isEqualTo(Refusal.Code.WAIT_TIMEOUT);
            assertThat(refusal.get().waited()).isGreaterThanOrEqualTo(Duration.ofMillis(20));
        }
    }

    @Test
    void close_interrupted_staysInterruptedAndLeavesNobodyUntold() {
        LocalPools pools = new LocalPools(System::nanoTime);
        Pool pool = pools.open("llm", settings(0));
        AtomicInteger refused = new AtomicInteger();
        for (int i = 0; i < 5; i++) {
            pool.offer(by("a"), new Waiter() {
                @Override
                public void admitted(Lease lease) {}

                @Override
                public void refused(Refusal refusal) {
                    refused.incrementAndGet();
                }
            });
        }
        Thread.currentThread().interrupt();

        pools.close();

        assertThat(Thread.interrupted()).isTrue();
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (refused.get() < 5 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        assertThat(refused).hasValue(5);
    }

    @Test
    void timer_armedAfterClose_isNoError() {
        LocalPools pools = new LocalPools(System::nanoTime);
        Pool pool = pools.open("llm", settings(0));
        pools.close();
        pool.mode(PoolMode.OPEN);

        assertThat(pool.offer(by("a"), new RecordingWaiter())).isInstanceOf(Ticket.class);
    }
}
