// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.rate.BucketStore.Claim;
import io.anteroom.rate.BucketStore.Take;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Over any window, what is admitted is no more than what can be saved up and what the window brings: for random limits,
 * traffic, corrections, and clocks that jump forward and back. {@code -Drate.seeds=10000 -Drate.first=1} tries more.
 */
final class RateExactTest {
    private static final int SEEDS = Integer.getInteger("rate.seeds", 300);
    private static final long FIRST = Long.getLong("rate.first", 1L);

    /** At a time, so much more has been taken; negative for what was given back. */
    private record Entry(long nanos, long amount, boolean isTake) {}

    private static final class World {
        final Random random;
        final Limit[] limits;
        final List<List<Entry>> ledgers = new ArrayList<>();
        final LocalBuckets buckets;
        long now;
        /** The latest time that each bucket has been asked at. */
        final long[] latest;

        World(long seed) {
            random = new Random(seed);
            now = random.nextLong() / 4;
            buckets = new LocalBuckets(() -> now, 1000);
            limits = new Limit[1 + random.nextInt(3)];
            latest = new long[limits.length];
            Arrays.fill(latest, now);
            for (int i = 0; i < limits.length; i++) {
                limits[i] = limit(i);
                ledgers.add(new ArrayList<>());
            }
        }

        private Limit limit(int i) {
            Duration per = Duration.ofMillis(1 + random.nextInt(100_000));
            long amount = 1 + random.nextInt(random.nextBoolean() ? 20 : 100_000);
            return Limit.tokens("limit-" + i, amount, per)
                    .withBurst(1 + random.nextInt(random.nextBoolean() ? 20 : 100_000))
                    .withRefill(random.nextBoolean() ? Refill.SMOOTH : Refill.INTERVAL);
        }

        void step() {
            now += switch (random.nextInt(10)) {
                case 0 -> -random.nextInt(2_000_000_000);
                case 1 -> random.nextInt(1_000_000) * 1_000_000L;
                case 2, 3, 4 -> 0;
                default -> random.nextInt(50_000_000);
            };
            if (random.nextInt(6) == 0) {
                correct();
            } else {
                take();
            }
        }

        private void take() {
            Claim[] claims = new Claim[limits.length];
            for (int i = 0; i < claims.length; i++) {
                long amount = Math.min(limits[i].burst(), 1 + random.nextInt(30));
                claims[i] = new Claim(limits[i], "a", amount, 0);
            }
            Take take = buckets.take(claims);
            for (int i = 0; i < claims.length; i++) {
                latest[i] = Math.max(latest[i], now);
            }
            if (take.isTaken()) {
                assertThat(take.waitNanos()).isZero();
                for (int i = 0; i < claims.length; i++) {
                    ledgers.get(i).add(new Entry(latest[i], claims[i].amount(), true));
                }
            } else {
                assertThat(take.waitNanos()).isPositive();
                assertThat(take.remaining()[take.lacking()]).isLessThan(claims[take.lacking()].amount());
            }
        }

        private void correct() {
            int i = random.nextInt(limits.length);
            long amount = random.nextInt(60) - 30;
            buckets.correct(new Claim(limits[i], "a", 0, 0), amount);
            latest[i] = Math.max(latest[i], now);
            ledgers.get(i).add(new Entry(latest[i], amount, false));
        }

        void check() {
            for (int i = 0; i < limits.length; i++) {
                check(limits[i], ledgers.get(i));
            }
        }

        private static void check(Limit limit, List<Entry> ledger) {
            for (int from = 0; from < ledger.size(); from++) {
                long sum = 0;
                for (int to = from; to < ledger.size(); to++) {
                    Entry last = ledger.get(to);
                    sum += last.amount();
                    double most = limit.burst()
                            + brought(limit, last.nanos() - ledger.get(from).nanos());
                    if (last.isTake() && sum > most) {
                        throw new AssertionError(limit + ": " + sum + " admitted from " + from + " to " + to
                                + ", expected at most " + most);
                    }
                }
            }
        }

        /** What a window of this length brings at most; a double of this size is exact to far less than a token. */
        private static double brought(Limit limit, long nanos) {
            long per = limit.per().toNanos();
            return limit.refill() == Refill.SMOOTH
                    ? (double) nanos * limit.amount() / per + 1e-3
                    : (double) limit.amount() * (nanos / per + 1);
        }
    }

    @Test
    void anyWindow_admitsNoMoreThanItMay() {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            World world = new World(seed);
            try {
                for (int i = 0; i < 250; i++) {
                    world.step();
                }
                world.check();
            } catch (AssertionError e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
        }
    }

    @Test
    void steadyTraffic_getsAllThatALimitBrings() {
        long[] now = {0};
        LocalBuckets buckets = new LocalBuckets(() -> now[0], 1000);
        Limit limit = Limit.requests("steady", 7, Duration.ofSeconds(3)).withBurst(1);
        long admitted = 0;
        for (int i = 0; i < 3_000_000; i++) {
            now[0] += 100_000;
            admitted += buckets.take(new Claim[] {new Claim(limit, "a", 1, 0)}).isTaken() ? 1 : 0;
        }

        assertThat(admitted).isBetween(700L, 701L);
    }
}
