// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.rate.BucketStore.Claim;
import io.anteroom.rate.BucketStore.Take;
import io.anteroom.rate.Limit;
import io.anteroom.rate.LocalBuckets;
import io.anteroom.rate.Refill;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/** Asks whether limits are exact: under threads, over random worlds, and with a million callers. */
final class RateExact {
    private static final int THREADS = 4;
    /** Less only if the machine let nobody ask for longer than a bucket lasts. */
    private static final double LEAST_SHARE = 0.9;

    private final boolean quick;
    private long windows;
    private String broken = "";

    private RateExact(boolean quick) {
        this.quick = quick;
    }

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) throws InterruptedException {
        RateExact exact = new RateExact(List.of(args).contains("--quick"));
        double share = exact.threads();
        int worlds = exact.worlds();
        int left = exact.strangers();
        boolean holds = exact.broken.isEmpty() && share >= LEAST_SHARE && left >= 0;
        System.out.printf(
                Locale.ROOT,
                "rate-exact: %,d windows of %d threads and %,d random worlds, %s; %.4f of what the limit allows was let in; "
                        + "of 1,000,000 callers that came once %,d buckets stayed: %s%n",
                exact.windows,
                THREADS,
                worlds,
                exact.broken.isEmpty() ? "none too full" : exact.broken,
                share,
                left,
                holds ? "holds" : "falls short");
        System.exit(holds ? 0 : 1);
    }

    /** Threads that ask one bucket as fast as they can; answers which share of the allowed was let in. */
    private double threads() throws InterruptedException {
        LocalBuckets buckets = new LocalBuckets();
        Limit limit = Limit.requests("threads", 2000, Duration.ofSeconds(1)).withBurst(2000);
        long length = Duration.ofSeconds(quick ? 5 : 30).toNanos();
        List<List<long[]>> admitted = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        long begin = System.nanoTime();
        for (int i = 0; i < THREADS; i++) {
            List<long[]> own = new ArrayList<>();
            admitted.add(own);
            threads.add(new Thread(() -> ask(buckets, limit, begin + length, own)));
        }
        threads.forEach(Thread::start);
        for (Thread thread : threads) {
            thread.join();
        }
        List<long[]> all = new ArrayList<>();
        admitted.forEach(all::addAll);
        checkThreads(limit, all);
        // On a busy machine nobody may have asked at the very end.
        long rest = buckets.take(new Claim[] {new Claim(limit, "one", 0, 0)}).remaining()[0];
        double allowed = limit.burst()
                + (double) (System.nanoTime() - begin)
                        * limit.amount()
                        / limit.per().toNanos();
        System.out.printf(Locale.ROOT, "  %d threads: %,d let in of %,.0f%n", THREADS, all.size(), allowed);
        return (all.size() + rest) / allowed;
    }

    /** Each is let in at some moment between before and after its question. */
    private static void ask(LocalBuckets buckets, Limit limit, long end, List<long[]> admitted) {
        Claim[] claims = {new Claim(limit, "one", 1, 0)};
        for (long before = System.nanoTime(); before - end < 0; before = System.nanoTime()) {
            Take take = buckets.take(claims);
            if (take.isTaken()) {
                admitted.add(new long[] {before, System.nanoTime()});
            } else {
                // Not asked again before there is something: the processors are others' too.
                LockSupport.parkNanos(Math.min(take.waitNanos(), 200_000));
            }
        }
    }

    /** Surely inside of a window are those that were asked for and answered in it. */
    private void checkThreads(Limit limit, List<long[]> admitted) {
        long[] befores = admitted.stream().mapToLong(one -> one[0]).sorted().toArray();
        int step = Math.max(1, befores.length / 300);
        admitted.sort((one, other) -> Long.compare(one[1], other[1]));
        for (int from = 0; from < befores.length; from += step) {
            long begin = befores[from];
            int inside = 0;
            for (long[] one : admitted) {
                inside += one[0] >= begin ? 1 : 0;
                windows++;
                double most = limit.burst()
                        + (double) (one[1] - begin)
                                * limit.amount()
                                / limit.per().toNanos();
                if (one[0] >= begin && inside > most + 1e-3) {
                    broken = inside + " in " + (one[1] - begin) + " ns, at most " + most;
                }
            }
        }
    }

    /** Random limits, traffic and clocks. */
    private int worlds() {
        int worlds = quick ? 500 : 20_000;
        for (int seed = 1; seed <= worlds && broken.isEmpty(); seed++) {
            world(seed);
        }
        return worlds;
    }

    private void world(long seed) {
        Random random = new Random(seed);
        long[] now = {random.nextLong() / 4};
        LocalBuckets buckets = new LocalBuckets(() -> now[0], 1000);
        Limit limit = Limit.tokens("l", 1 + random.nextInt(1000), Duration.ofMillis(1 + random.nextInt(100_000)))
                .withBurst(1 + random.nextInt(1000))
                .withRefill(random.nextBoolean() ? Refill.SMOOTH : Refill.INTERVAL);
        long[] times = new long[200];
        long[] amounts = new long[200];
        int n = 0;
        long latest = now[0];
        for (int i = 0; i < 400 && n < times.length; i++) {
            now[0] += random.nextInt(8) == 0
                    ? random.nextInt(2_000_000_000) - 1_000_000_000L
                    : random.nextInt(40_000_000);
            latest = Math.max(latest, now[0]);
            boolean isCorrection = random.nextInt(5) == 0;
            long amount = isCorrection ? random.nextInt(60) - 30 : Math.min(limit.burst(), 1 + random.nextInt(30));
            Claim claim = new Claim(limit, "s", isCorrection ? 0 : amount, 0);
            if (isCorrection) {
                buckets.correct(claim, amount);
            }
            if (isCorrection || buckets.take(new Claim[] {claim}).isTaken()) {
                times[n] = latest;
                // What is odd was let in, what is even was corrected.
                amounts[n++] = amount * 2 + (isCorrection ? 0 : 1);
            }
        }
        check(limit, Arrays.copyOf(times, n), amounts, seed);
    }

    private void check(Limit limit, long[] times, long[] amounts, long seed) {
        long per = limit.per().toNanos();
        for (int from = 0; from < times.length; from++) {
            long sum = 0;
            for (int to = from; to < times.length; to++) {
                sum += amounts[to] >> 1;
                windows++;
                long length = times[to] - times[from];
                double brought = limit.refill() == Refill.SMOOTH
                        ? (double) length * limit.amount() / per + 1e-3
                        : (double) limit.amount() * (length / per + 1);
                if ((amounts[to] & 1) == 1 && sum > limit.burst() + brought) {
                    broken = "seed " + seed + ": " + sum + " of " + limit;
                }
            }
        }
    }

    /** A million callers come once, while some use theirs up; answers how many buckets stay, or -1 if one was lost. */
    private int strangers() {
        long[] now = {0};
        LocalBuckets buckets = new LocalBuckets(() -> now[0], LocalBuckets.MAX_BUCKETS);
        Limit limit = Limit.requests("s", 60, Duration.ofMinutes(1));
        for (int i = 0; i < 1000; i++) {
            buckets.take(new Claim[] {new Claim(limit, "user-" + i, 60, 0)});
        }
        for (int i = 0; i < 1_000_000; i++) {
            now[0] += 10_000;
            buckets.take(new Claim[] {new Claim(limit, "stranger-" + i, 1, 0)});
        }
        for (int i = 0; i < 1000; i++) {
            long left = buckets.take(new Claim[] {new Claim(limit, "user-" + i, 0, 0)})
                    .remaining()[0];
            if (left != 10) {
                broken = "user-" + i + " has " + left + ", expected 10";
                return -1;
            }
        }
        return buckets.size();
    }
}
