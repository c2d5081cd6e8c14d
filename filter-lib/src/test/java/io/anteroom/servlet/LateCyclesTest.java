// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Lease;
import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Waiter;
import io.anteroom.protocol.StatusFrames;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** An application with a begun stream that goes asynchronous again and again by the container's own request. */
final class LateCyclesTest {
    private final LocalPools pools = new LocalPools(System::nanoTime);
    private final Pool pool = pools.open("llm", PoolSettings.ofSlots(1));
    private final Live live = new Live(TicketBookTest.settings(pool), Clock.systemUTC());
    private final List<AsyncListener> listeners = new ArrayList<>();
    private @Nullable AsyncContext cycle;

    private final HttpServletRequest own = Fakes.of(
            HttpServletRequest.class,
            Map.of(
                    "startAsync", x -> start(),
                    "getAsyncContext", x -> Objects.requireNonNull(cycle),
                    "isAsyncStarted", x -> cycle != null));
    private final HttpServletResponse response = Fakes.of(HttpServletResponse.class, Map.of());
    private final Exchange exchange = new Exchange(TicketBookTest.ask(pool), live, own, "exchange");
    private final ExchangeRequest request = new ExchangeRequest(own, exchange);

    @AfterEach
    void close() {
        live.close();
        pools.close();
    }

    /** As a container does: the listeners of the cycle before are told, and forgotten. */
    private AsyncContext start() {
        AsyncContext begun = Fakes.of(AsyncContext.class, Map.of("addListener", given -> {
            listeners.add((AsyncListener) given[0]);
            return null;
        }));
        cycle = begun;
        List<AsyncListener> before = new ArrayList<>(listeners);
        listeners.clear();
        before.forEach(told -> tell(() -> told.onStartAsync(new AsyncEvent(begun))));
        return begun;
    }

    private interface Telling {
        void tell() throws IOException;
    }

    private static void tell(Telling telling) {
        try {
            telling.tell();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private void passes() throws Exception {
        exchange.pass(request, response, (request, response) -> own.startAsync());
    }

    @Test
    void rawCycles_completionIsTold() throws Exception {
        exchange.admitted((Lease) pool.offer(TicketBookTest.ask(pool).arrival(), Fakes.of(Waiter.class, Map.of())));
        StatusFrames frames = new StatusFrames(exchange.ask().manner(), "id", 0);
        LateResponse late = new LateResponse(response, exchange, frames);
        request.respondsLate(late);
        exchange.respondsLate(late);
        passes();
        AsyncContext first = request.getAsyncContext();

        passes();

        assertThat(request.getAsyncContext()).isNotSameAs(first).isSameAs(request.getAsyncContext());
        assertThat(pool.snapshot().running()).isEqualTo(1);
        AsyncContext last = Objects.requireNonNull(cycle);
        List.copyOf(listeners).forEach(told -> tell(() -> told.onComplete(new AsyncEvent(last))));
        assertThat(pool.snapshot().running()).isZero();
    }
}
