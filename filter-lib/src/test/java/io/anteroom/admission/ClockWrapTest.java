// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Where a clock begins is nobody's business: the same happens to pools whose clock begins at zero as to those whose
 * clock goes from the largest number to the smallest in the middle of it, as {@code System.nanoTime()} may.
 */
final class ClockWrapTest {
    private static final int SEEDS = 20;
    private static final int STEPS = 200;

    @ParameterizedTest
    @ValueSource(
            longs = {Long.MAX_VALUE - 3_000_000_000L, Long.MAX_VALUE - 30_000_000_000L, -1, Long.MIN_VALUE, 1L << 62})
    void clock_beginsAnywhere_changesNothing(long startNanos) {
        for (long seed = 1; seed <= SEEDS; seed++) {
            List<String> elsewhere = play(startNanos, seed);

            assertThat(elsewhere).as("seed %s", seed).isEqualTo(play(0, seed));
        }
    }

    /** What happens in one life of a pool that the seed decides. */
    private static List<String> play(long startNanos, long seed) {
        Random random = new Random(seed);
        List<String> log = new ArrayList<>();
        VirtualHost host = new VirtualHost(startNanos);
        Pool pool = host.pools().open("llm", settings(random));
        List<Lease> leases = new ArrayList<>();
        List<Ticket> tickets = new ArrayList<>();
        for (int i = 0; i < STEPS; i++) {
            host.advance(Duration.ofMillis(random.nextInt(300)));
            int what = random.nextInt(10);
            if (what < 5) {
                int number = i;
                Admission answer = pool.offer(arrival(random), new Waiter() {
                    @Override
                    public void admitted(Lease lease) {
                        log.add(number + " admitted after " + lease.waited());
                        leases.add(lease);
                    }

                    @Override
                    public void refused(Refusal refusal) {
                        log.add(number + " " + refusal);
                    }
                });
                log.add(number + " " + told(answer, leases, tickets));
            } else if (what < 8 && !leases.isEmpty()) {
                leases.remove(random.nextInt(leases.size())).close();
            } else if (what == 8 && !tickets.isEmpty()) {
                Ticket ticket = tickets.get(random.nextInt(tickets.size()));
                Absence absence = new Absence(Duration.ofSeconds(2), Duration.ofSeconds(1), 5);
                log.add("gone: "
                        + (random.nextBoolean() ? ticket.abandon() : ticket.keep(absence, new RecordingWaiter())));
            }
            log.add(pool.snapshot().toString());
            pool.waiting(5).forEach(one -> log.add(one.toString()));
        }
        return log;
    }

    private static PoolSettings settings(Random random) {
        return PoolSettings.ofSlots(1 + random.nextInt(3))
                .withOrder(Order.values()[random.nextInt(Order.values().length)])
                .withQueue(12, 1 << 20)
                .withOnFull(random.nextBoolean() ? OnFull.REJECT : OnFull.SHED_LOWEST)
                .withLongestRun(random.nextBoolean() ? Duration.ZERO : Duration.ofSeconds(4));
    }

    private static Arrival arrival(Random random) {
        Priority priority = Priority.values()[random.nextInt(Priority.COUNT)];
        Arrival arrival = Arrival.of(Caller.of("key-" + random.nextInt(4), "ip"), priority);
        return switch (random.nextInt(5)) {
            case 0 -> arrival.withLongestWait(Duration.ofMillis(random.nextInt(5000)));
            case 1 -> arrival.withReservation(Duration.ofSeconds(1));
            case 2 -> arrival.withNotBefore(Duration.ofMillis(random.nextInt(2000)));
            default -> arrival;
        };
    }

    private static String told(Admission answer, List<Lease> leases, List<Ticket> tickets) {
        if (answer instanceof Lease lease) {
            leases.add(lease);
            return "admitted at once";
        }
        if (answer instanceof Ticket ticket) {
            tickets.add(ticket);
            return ticket.status().toString();
        }
        return answer.toString();
    }
}
