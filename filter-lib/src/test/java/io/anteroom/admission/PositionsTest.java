// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A position is a promise: if nobody comes or leaves and costs come out as expected, that is the order. */
final class PositionsTest {
    private static final int SEEDS = Integer.getInteger("positions.seeds", 150);
    private static final Duration PATIENT = Duration.ofHours(20);

    @ParameterizedTest
    @EnumSource(Order.class)
    void rank_randomPools_isTheOrderOfAdmission(Order order) {
        for (int seed = 0; seed < SEEDS; seed++) {
            Random random = new Random(seed * 31L + order.ordinal());
            Desk desk = desk(random, order);
            long runs = churn(desk, random);

            desk.machine.rank();
            // Looking at the pool, with its estimate for a newcomer, moves nobody.
            assertThat(desk.machine.snapshot(desk.nowNanos).slots()).isEqualTo(1);
            List<Long> promised = new ArrayList<>();
            for (WaitingTicket ticket : desk.machine.list(Integer.MAX_VALUE, desk.nowNanos)) {
                assertThat(ticket.status().position()).isEqualTo(promised.size() + 1);
                promised.add(ticket.id());
            }
            long ahead = 0;
            for (long ticket : promised) {
                assertThat(desk.entry(ticket).aheadMicros).isEqualTo(ahead);
                ahead += desk.entry(ticket).costMicros;
            }

            assertThat(desk.drain(runs)).as("seed %s", seed).isEqualTo(promised);
        }
    }

    private static Desk desk(Random random, Order order) {
        PoolSettings settings = Desk.settings(1)
                .withOrder(order)
                .withQueue(10_000, Long.MAX_VALUE)
                .withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED);
        for (Priority priority : Priority.values()) {
            int weight = 1 + random.nextInt(10);
            settings = settings.withLevel(
                    priority, new LevelSettings(weight, PATIENT, 10_000, random.nextInt(3) * random.nextInt(25)));
        }
        return new Desk(settings);
    }

    /** Comings, goings and admissions that leave flows and levels at all sorts of virtual times; answers who runs. */
    private static long churn(Desk desk, Random random) {
        long runs = desk.run(arrival(random));
        List<Long> waiting = new ArrayList<>();
        int steps = 20 + random.nextInt(300);
        for (int i = 0; i < steps; i++) {
            int what = random.nextInt(10);
            if (what < 6 || waiting.isEmpty()) {
                waiting.add(desk.queue(arrival(random)));
            } else if (what < 8) {
                desk.advance(Duration.ofNanos(desk.entry(runs).costMicros * 1000));
                desk.release(runs);
                runs = desk.granted().get(0);
                waiting.remove(runs);
            } else if (what < 9) {
                desk.abandon(waiting.remove(random.nextInt(waiting.size())));
            } else {
                desk.move(waiting.get(random.nextInt(waiting.size())), Priority.values()[random.nextInt(4)]);
            }
        }
        return runs;
    }

    private static Arrival arrival(Random random) {
        int key = random.nextInt(8);
        Caller caller = new Caller("k" + key, "ip", 1 + key % 4, null);
        return Arrival.of(caller, Priority.values()[random.nextInt(4)])
                .withCost(Duration.ofNanos(1000L * (1 + random.nextInt(5_000_000))))
                .withLongestWait(PATIENT);
    }
}
