// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What ends a wait that its pool does not end, and how long a wait may last that has been moved. */
final class AsyncWaitTest {
    private final AtomicLong clock = new AtomicLong();
    private LocalPools pools;
    private Pool pool;
    private Live live;
    private Verdict verdict;
    private Ticket ticket;

    @BeforeEach
    void beginToWait() {
        pools = new LocalPools(clock::get);
        pool = pools.open("llm", PoolSettings.ofSlots(1).withEarlyRefusal(false));
        live = new Live(TicketBookTest.settings(pool), Clock.systemUTC());
        pool.offer(ask().arrival(), new Verdict());
        verdict = new Verdict();
        ticket = (Ticket) pool.offer(ask().arrival(), verdict);
    }

    @AfterEach
    void close() {
        live.close();
        pools.close();
    }

    private Ask ask() {
        return TicketBookTest.ask(pool);
    }

    private Duration longestWait(Priority level) {
        return pool.settings().level(level).longestWait();
    }

    @Test
    void tick_wellBeyondTheLongestWaitOfAll_endsAWaitThatThePoolHasNot() {
        HttpServletRequest request = Fakes.of(HttpServletRequest.class, Map.of());
        AsyncWait wait = new AsyncWait(new Exchange(ask(), live, request, "exchange"), live, verdict);
        wait.takes(ticket);

        long ever = live.longestWaitEver(ask()).toNanos();
        wait.tick(wait.sinceNanos() + ever);
        assertThat(verdict.outcome()).isNull();

        wait.tick(wait.sinceNanos() + ever + Duration.ofSeconds(31).toNanos());
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (pool.snapshot().waiting() > 0 && System.nanoTime() - deadline < 0) {
            Thread.onSpinWait();
        }

        assertThat(verdict.outcome())
                .isInstanceOfSatisfying(
                        Refusal.class, refusal -> assertThat(refusal.code()).isEqualTo(Refusal.Code.WAIT_TIMEOUT));
        assertThat(pool.snapshot().waiting()).isZero();
    }

    @Test
    void longestWaitEver_isThatOfTheMostPatientLevel_orTheRequestsOwn() {
        assertThat(live.longestWaitEver(ask())).isEqualTo(longestWait(Priority.LOW));

        Ask own = TicketBookTest.ask(pool, ask().arrival().withLongestWait(Duration.ofSeconds(7)));
        assertThat(live.longestWaitEver(own)).hasSeconds(7);
    }

    @Test
    void longestWait_ofOneThatWasMoved_isThatOfItsPresentLevel() {
        assertThat(live.longestWait(ask(), ticket)).isEqualTo(longestWait(Priority.NORMAL));

        assertThat(pool.move(ticket.id(), Priority.LOW)).isTrue();
        clock.addAndGet(longestWait(Priority.NORMAL).toNanos() + 1);

        assertThat(live.longestWait(ask(), ticket)).isEqualTo(longestWait(Priority.LOW));
    }
}
