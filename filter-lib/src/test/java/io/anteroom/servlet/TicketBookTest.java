// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.net.TrustedProxies;
import io.anteroom.protocol.Dialect;
import io.anteroom.protocol.Manner;
import io.anteroom.protocol.ProtocolSettings;
import io.anteroom.protocol.TicketView;
import io.anteroom.rate.BudgetBook;
import io.anteroom.rate.LocalBuckets;
import io.anteroom.rate.RateLimits;
import io.anteroom.rate.RateSettings;
import java.lang.ref.WeakReference;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is kept of tickets that have ended. */
final class TicketBookTest {
    @Test
    void drop_ofOneThatIsOver_leavesNothingOfIt() {
        try (LocalPools pools = new LocalPools(System::nanoTime)) {
            Pool pool = pools.open("llm", PoolSettings.ofSlots(1));
            Live live = new Live(settings(pool), Clock.systemUTC());
            WeakReference<BookedTicket> dropped = dropped(live, pool);

            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (dropped.get() != null && System.nanoTime() - deadline < 0) {
                System.gc();
            }

            assertThat(dropped.get()).isNull();
            live.close();
        }
    }

    @Test
    void next_isCalledOffByWhatComesAfterIt() {
        try (LocalPools pools = new LocalPools(System::nanoTime)) {
            Pool pool = pools.open("llm", PoolSettings.ofSlots(1));
            Live live = new Live(settings(pool), Clock.systemUTC());
            BookedTicket booked = live.tickets().book(ask(pool));
            CompletableFuture<Void> first = new CompletableFuture<>();
            CompletableFuture<Void> second = new CompletableFuture<>();

            booked.next(first);
            booked.next(second);

            assertThat(first).isCancelled();
            assertThat(second).isNotDone();
            live.tickets().drop(booked);
            assertThat(second).isCancelled();
            live.close();
        }
    }

    /** Whatever of the two comes first, often enough for both orders and for what lies between. */
    @Test
    void cancel_thatMeetsItsTurn_givesTheSlotAndWhatItPaidBack() throws Exception {
        try (LocalPools pools = new LocalPools(System::nanoTime)) {
            Pool pool = pools.open("llm", PoolSettings.ofSlots(1));
            Live live = new Live(settings(pool), Clock.systemUTC());
            ExecutorService other = Executors.newSingleThreadExecutor();
            long end = System.nanoTime() + Duration.ofSeconds(2).toNanos();
            for (int i = 0; i < 200_000 && System.nanoTime() - end < 0; i++) {
                BookedTicket booked = new BookedTicket(live.tickets(), "id", ask(pool), Duration.ZERO);
                AtomicInteger closed = new AtomicInteger();
                Lease lease = Fakes.of(Lease.class, Map.of("close", nothing -> closed.incrementAndGet()));
                AtomicBoolean go = new AtomicBoolean();
                Future<?> turn = other.submit(() -> {
                    while (!go.get()) {
                        Thread.onSpinWait();
                    }
                    booked.admitted(lease);
                });
                go.set(true);
                booked.cancel();
                turn.get();
                booked.next(null);

                assertThat(booked.state()).as("attempt %d", i).isEqualTo(TicketView.State.CANCELLED);
                assertThat(closed).hasValue(1);
            }
            other.shutdown();
            live.close();
        }
    }

    @Test
    void dropped_thenOver_hasNoTimer() {
        try (LocalPools pools = new LocalPools(System::nanoTime)) {
            Pool pool = pools.open("llm", PoolSettings.ofSlots(1));
            Live live = new Live(settings(pool), Clock.systemUTC());
            BookedTicket booked = live.tickets().book(ask(pool));
            CompletableFuture<Void> lapses = new CompletableFuture<>();
            live.tickets().drop(booked);
            booked.next(lapses);

            live.tickets().over(booked);

            assertThat(lapses).isCancelled();
            assertThat(booked.hasNext()).isFalse();
            live.close();
        }
    }

    private static WeakReference<BookedTicket> dropped(Live live, Pool pool) {
        BookedTicket booked = live.tickets().book(ask(pool));
        booked.admitted(Fakes.of(Lease.class, Map.of()));
        booked.cancel();
        live.tickets().drop(booked);
        return new WeakReference<>(booked);
    }

    static Ask ask(Pool pool) {
        return ask(pool, Arrival.of(Caller.of("one", "10.0.0.1"), Priority.NORMAL));
    }

    static Ask ask(Pool pool, Arrival arrival) {
        return new Ask("id", pool, arrival, Manner.silent(Dialect.PLAIN), false, null, null, null, null, null);
    }

    static DoorSettings settings(Pool pool) {
        LocalBuckets local = new LocalBuckets();
        return new DoorSettings(
                new Routes(Map.of("*", pool), Map.of()),
                CallerResolver.API_KEY,
                identity -> CallerPolicy.DEFAULT,
                new RateLimits(RateSettings.NONE, local, local, new BudgetBook(Clock.systemUTC()), event -> {}),
                TrustedProxies.NONE,
                1 << 20,
                Duration.ZERO,
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                WaitStrategy.ASYNC,
                false,
                false,
                ProtocolSettings.DEFAULT,
                PlaceSettings.DEFAULT,
                TicketSettings.DEFAULT,
                Map.of(),
                DoorSettings.NOBODY);
    }
}
