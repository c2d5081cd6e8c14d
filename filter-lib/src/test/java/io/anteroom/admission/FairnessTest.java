// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bounds that the package states, measured in slot-seconds. */
final class FairnessTest {
    private static final Duration PATIENT = Duration.ofHours(24);

    /** A pool whose flows always have somebody waiting. */
    private static final class Flood {
        final Desk desk;
        final Random random;
        final int slots;
        final Map<Long, Integer> flowOf = new HashMap<>();
        final PriorityQueue<long[]> ends = new PriorityQueue<>((one, other) -> Long.compare(one[0], other[0]));
        final List<Feed> feeds = new ArrayList<>();
        /** What each flow was admitted with, in microseconds of a slot. */
        long[] admitted = new long[0];

        /** One flow: who it is, and what its next request costs in truth. */
        record Feed(Caller caller, Priority priority, int meanMicros, boolean told) {}

        Flood(Random random, int slots, Order order) {
            this.random = random;
            this.slots = slots;
            PoolSettings settings = Desk.settings(slots)
                    .withOrder(order)
                    .withQueue(100_000, Long.MAX_VALUE)
                    .withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED);
            for (Priority priority : Priority.values()) {
                LevelSettings level = settings.level(priority);
                settings = settings.withLevel(priority, level.withLongestWait(PATIENT));
            }
            desk = new Desk(settings);
        }

        final Map<Long, Long> costs = new HashMap<>();

        private void feed(int flow) {
            Feed feed = feeds.get(flow);
            long cost = 1 + (long) (random.nextDouble() * 2 * feed.meanMicros);
            Arrival arrival = Arrival.of(feed.caller, feed.priority).withLongestWait(PATIENT);
            Decision decision = desk.offer(feed.told ? arrival.withCost(Duration.ofNanos(cost * 1000)) : arrival);
            long ticket = ((Decision.Queued) decision).ticket();
            flowOf.put(ticket, flow);
            costs.put(ticket, cost);
        }

        void begin(int backlog) {
            admitted = new long[feeds.size()];
            desk.mode(PoolMode.HOLDING);
            for (int flow = 0; flow < feeds.size(); flow++) {
                for (int i = 0; i < backlog; i++) {
                    feed(flow);
                }
            }
            desk.mode(PoolMode.OPEN);
            take();
        }

        private List<Long> take() {
            List<Long> granted = desk.granted();
            for (long ticket : granted) {
                ends.add(new long[] {desk.nowNanos + costs.get(ticket) * 1000, ticket});
                int flow = flowOf.get(ticket);
                admitted[flow] += costs.get(ticket);
                feed(flow);
            }
            return granted;
        }

        /** The next request ends; answers who was admitted. */
        List<Long> step() {
            long[] end = ends.remove();
            desk.nowNanos = end[0];
            desk.release(end[1]);
            return take();
        }
    }

    @Test
    void weighted_costsAsExpected_flowsStayWithinTheBoundOverAnyInterval() {
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            Flood flood = new Flood(random, 1 + random.nextInt(6), seed % 2 == 0 ? Order.WEIGHTED : Order.FLAT);
            int flows = 2 + random.nextInt(6);
            for (int i = 0; i < flows; i++) {
                Caller caller = new Caller("k" + i, "ip", 1 + random.nextInt(9), null);
                flood.feeds.add(new Flood.Feed(caller, Priority.NORMAL, 100_000 + random.nextInt(3_000_000), true));
            }
            flood.begin(3);
            // The widest apart that two flows come over all intervals is the range of their difference.
            double[][] least = new double[flows][flows];
            double[][] most = new double[flows][flows];
            for (int step = 0; step < 400; step++) {
                flood.step();
                for (int f = 0; f < flows; f++) {
                    for (int g = 0; g < f; g++) {
                        double apart = share(flood, f) - share(flood, g);
                        least[f][g] = step == 0 ? apart : Math.min(least[f][g], apart);
                        most[f][g] = step == 0 ? apart : Math.max(most[f][g], apart);
                    }
                }
            }
            for (int f = 0; f < flows; f++) {
                for (int g = 0; g < f; g++) {
                    double bound = largest(flood, f) + largest(flood, g);
                    assertThat(most[f][g] - least[f][g])
                            .as("seed %s, flows %s and %s", seed, f, g)
                            .isLessThanOrEqualTo(bound * 1.0001);
                }
            }
        }
    }

    private static double share(Flood flood, int flow) {
        return (double) flood.admitted[flow] / flood.feeds.get(flow).caller.weight();
    }

    private static double largest(Flood flood, int flow) {
        return 2.0
                * flood.feeds.get(flow).meanMicros
                / flood.feeds.get(flow).caller.weight();
    }

    @Test
    void weighted_costsLearned_sharesOfALevelAreEven() {
        for (int seed = 0; seed < 5; seed++) {
            Random random = new Random(seed);
            Flood flood = new Flood(random, 4, Order.WEIGHTED);
            int flows = 10;
            for (int i = 0; i < flows; i++) {
                // Costs of the keys differ by a factor of thirty, and nobody says so.
                int mean = 100_000 * (1 + i * i / 3);
                flood.feeds.add(new Flood.Feed(Caller.of("k" + i, "ip"), Priority.NORMAL, mean, false));
            }
            flood.begin(3);
            for (int step = 0; step < 2_000; step++) {
                flood.step();
            }
            long[] before = flood.admitted.clone();
            for (int step = 0; step < 8_000; step++) {
                flood.step();
            }
            double sum = 0;
            double squares = 0;
            for (int flow = 0; flow < flows; flow++) {
                double got = flood.admitted[flow] - before[flow];
                sum += got;
                squares += got * got;
            }
            assertThat(sum * sum / (flows * squares))
                    .as("Jain's index, seed %s", seed)
                    .isGreaterThan(0.97);
        }
    }

    @Test
    void weighted_costsFarFromExpected_closeUpAsTheyEnd() {
        Random random = new Random(5);
        Flood flood = new Flood(random, 2, Order.WEIGHTED);
        flood.feeds.add(new Flood.Feed(Caller.of("short", "ip"), Priority.NORMAL, 50_000, false));
        flood.feeds.add(new Flood.Feed(Caller.of("long", "ip"), Priority.NORMAL, 5_000_000, false));
        flood.begin(3);
        for (int step = 0; step < 5_000; step++) {
            flood.step();
        }
        double ratio = (double) flood.admitted[0] / flood.admitted[1];
        assertThat(ratio).isBetween(0.9, 1.1);
    }

    @Test
    void weighted_levelsAlwaysBusy_headOfEachGoesWithinItsBound() {
        for (int seed = 0; seed < 20; seed++) {
            Random random = new Random(seed);
            int slots = 1 + random.nextInt(4);
            Flood flood = new Flood(random, slots, Order.WEIGHTED);
            int[] weights = {8, 4, 2, 1};
            int mean = 1_000_000;
            for (Priority priority : Priority.values()) {
                for (int i = 0; i < 3; i++) {
                    Caller caller = Caller.of("k" + i, "ip");
                    flood.feeds.add(new Flood.Feed(caller, priority, mean, true));
                }
            }
            flood.begin(3);
            long[] othersSince = new long[4];
            for (int step = 0; step < 3_000; step++) {
                for (long ticket : flood.step()) {
                    int level =
                            flood.feeds.get(flood.flowOf.get(ticket)).priority.ordinal();
                    for (int other = 0; other < 4; other++) {
                        othersSince[other] = other == level ? 0 : othersSince[other] + flood.costs.get(ticket);
                        long bound = (15L / weights[other] + 4) * 2 * mean;
                        assertThat(othersSince[other])
                                .as("work of others since level %s was served, seed %s", other, seed)
                                .isLessThanOrEqualTo(bound);
                    }
                }
            }
        }
    }

    @Test
    void strict_levelsAlwaysBusy_floorsAreKeptInSlotSeconds() {
        for (int seed = 0; seed < 5; seed++) {
            Random random = new Random(seed);
            Flood flood = new Flood(random, 3, Order.STRICT);
            for (Priority priority : Priority.values()) {
                flood.feeds.add(
                        new Flood.Feed(Caller.of("k", "ip"), priority, 200_000 + random.nextInt(2_000_000), true));
            }
            flood.begin(3);
            for (int step = 0; step < 6_000; step++) {
                flood.step();
            }
            long sum = 0;
            for (long one : flood.admitted) {
                sum += one;
            }
            // Of 100 above it each saves its floor: high 10 of critical's, normal 10 of both, low 4 of all three.
            assertThat(flood.admitted[3] * 100.0 / sum).as("low, seed %s", seed).isBetween(3.3, 4.4);
            assertThat(flood.admitted[2] * 100.0 / sum)
                    .as("normal, seed %s", seed)
                    .isBetween(8.0, 10.5);
            assertThat(flood.admitted[1] * 100.0 / sum)
                    .as("high, seed %s", seed)
                    .isBetween(7.0, 10.5);
            assertThat(flood.admitted[0] * 100.0 / sum)
                    .as("critical, seed %s", seed)
                    .isBetween(75.0, 82.0);
        }
    }
}
