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
import io.anteroom.rate.BudgetBook;
import io.anteroom.rate.LocalBuckets;
import io.anteroom.rate.RateLimits;
import io.anteroom.rate.RateSettings;
import java.lang.ref.WeakReference;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
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

    private static WeakReference<BookedTicket> dropped(Live live, Pool pool) {
        BookedTicket booked = live.tickets().book(ask(pool));
        booked.admitted(Fakes.of(Lease.class, Map.of()));
        booked.cancel();
        live.tickets().drop(booked);
        return new WeakReference<>(booked);
    }

    private static Ask ask(Pool pool) {
        Arrival arrival = Arrival.of(Caller.of("one", "10.0.0.1"), Priority.NORMAL);
        return new Ask("id", pool, arrival, Manner.silent(Dialect.PLAIN), false, null, null, null, null, null);
    }

    private static DoorSettings settings(Pool pool) {
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
