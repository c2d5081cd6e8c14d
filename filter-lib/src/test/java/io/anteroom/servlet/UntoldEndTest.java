// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Waiter;
import io.anteroom.net.TrustedProxies;
import io.anteroom.protocol.Dialect;
import io.anteroom.protocol.Manner;
import io.anteroom.protocol.ProtocolSettings;
import io.anteroom.rate.BudgetBook;
import io.anteroom.rate.LocalBuckets;
import io.anteroom.rate.RateLimits;
import io.anteroom.rate.RateSettings;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A container that calls no listener when an application has completed, as Tomcat for some clients that leave. */
final class UntoldEndTest {
    /** For the one test that has the door's own ticker look; the others name the time, however slow the machine is. */
    private static final Duration SOON = Duration.ofMillis(500);

    private static final Duration LONG = Duration.ofHours(1);
    private static final Duration SETTLE = Duration.ofSeconds(5);

    private final LocalPools pools = new LocalPools(System::nanoTime);
    private final Pool pool = pools.open("llm", PoolSettings.ofSlots(1));
    private final Live live = new Live(settings(pool, LONG), Clock.systemUTC());
    private final Arrival arrival = Arrival.of(Caller.of("one", "10.0.0.1"), Priority.NORMAL);
    private boolean refusesCompletion;

    private final AsyncContext silent = Fakes.of(AsyncContext.class, Map.of("complete", x -> {
        if (refusesCompletion) {
            throw new IllegalStateException("a dispatch is under way");
        }
        return null;
    }));
    private final HttpServletRequest request = Fakes.of(
            HttpServletRequest.class,
            Map.of("startAsync", x -> silent, "getAsyncContext", x -> silent, "isAsyncStarted", x -> true));
    private final HttpServletResponse response = Fakes.of(HttpServletResponse.class, Map.of());
    private final Exchange exchange = exchange(live);

    @AfterEach
    void close() {
        live.close();
        pools.close();
    }

    private static long muchLater() {
        return System.nanoTime() + Duration.ofHours(1).toNanos();
    }

    private Exchange exchange(Live behind) {
        Manner manner = Manner.silent(Dialect.PLAIN);
        Ask ask = new Ask("id", pool, arrival, manner, false, null, null, null, null, null);
        return new Exchange(ask, behind, request, "exchange");
    }

    private void pass(FilterChain chain) throws Exception {
        pass(exchange, chain);
    }

    private void pass(Exchange exchange, FilterChain chain) throws Exception {
        Admission admission = pool.offer(arrival, Fakes.of(Waiter.class, Map.of()));
        exchange.admitted((Lease) admission);
        ExchangeRequest wrapped = new ExchangeRequest(request, exchange);
        wrapped.respondsWith(new ExchangeResponse(response, exchange));
        exchange.pass(wrapped, response, chain);
    }

    private AsyncContext started() throws Exception {
        return started(exchange);
    }

    private AsyncContext started(Exchange exchange) throws Exception {
        AtomicReference<AsyncContext> started = new AtomicReference<>();
        pass(exchange, (request, response) -> started.set(request.startAsync()));
        return Objects.requireNonNull(started.get());
    }

    @Test
    void applicationCompletes_nobodyIsTold_slotComesBack() throws Exception {
        Live ticking = new Live(settings(pool, SOON), Clock.systemUTC());
        AsyncContext context = started(exchange(ticking));
        assertThat(pool.snapshot().running()).isEqualTo(1);

        context.complete();

        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (pool.snapshot().running() > 0 && System.nanoTime() - deadline < 0) {
            LockSupport.parkNanos(1_000_000);
        }
        assertThat(pool.snapshot().running()).isZero();
        assertThat(pool.snapshot().counts().released()).isEqualTo(1);
        ticking.close();
    }

    @Test
    void applicationHasNotCompleted_keepsItsSlot() throws Exception {
        AsyncContext unused = started();

        assertThat(exchange.isUntold(muchLater())).isFalse();
    }

    @Test
    void containerHasItsTimeToTell_untilThatOfAWriteIsOver() throws Exception {
        started().complete();

        assertThat(exchange.isUntold(System.nanoTime() + SETTLE.toNanos() + 1)).isTrue();
        assertThat(exchange.isUntold(System.nanoTime() - SETTLE.toNanos())).isFalse();
    }

    @Test
    void completionIsRefused_keepsItsSlot() throws Exception {
        AsyncContext context = started();
        refusesCompletion = true;

        assertThatThrownBy(context::complete).isInstanceOf(IllegalStateException.class);

        assertThat(exchange.isUntold(muchLater())).isFalse();
    }

    @Test
    void applicationCompletesAndGoesOnInItsPass_keepsItsSlotUntilItLeaves() throws Exception {
        pass((request, response) -> {
            request.startAsync().complete();
            assertThat(exchange.isUntold(muchLater())).isFalse();
        });

        assertThat(exchange.isUntold(muchLater())).isTrue();
    }

    @Test
    void writeIsUnderWay_hasItsOwnLimit() throws Exception {
        AsyncContext context = started();
        assertThat(exchange.writes().begins()).isTrue();
        context.complete();
        assertThat(exchange.isUntold(muchLater())).isFalse();

        exchange.writeEnds(true);

        assertThat(exchange.isUntold(muchLater())).isTrue();
    }

    private static DoorSettings settings(Pool pool, Duration writeIdle) {
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
                writeIdle,
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
