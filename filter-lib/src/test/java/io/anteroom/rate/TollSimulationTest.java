// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.rate.BucketStore.Claim;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/**
 * Requests that are refused, abandoned, cut off, fail or end, in any order and more than once: what buckets and
 * accounts hold is at every moment what was there, less what is reserved and what was really used.
 */
final class TollSimulationTest {
    private static final long PLENTY = 1_000_000;
    /** Nothing is refilled while the test looks. */
    private static final Limit TOKENS = Limit.tokens("tokens", PLENTY, Duration.ofDays(31))
            .withRefill(Refill.INTERVAL)
            .countedBy(Scope.POOL);

    private static final Limit REQUESTS =
            Limit.requests("requests", 100_000, Duration.ofDays(31)).withRefill(Refill.INTERVAL);
    private static final Budget BUDGET =
            Budget.tokens("budget", PLENTY, CalendarPeriod.MONTH).countedBy(Scope.POOL);
    private static final Subject SUBJECT = new Subject("key", "ip", "model", "pool");

    private final LocalBuckets buckets = new LocalBuckets(() -> 0, 1000);
    private final BudgetBook book = new BudgetBook(InstantSource.fixed(Instant.EPOCH));
    private final RateLimits limits = new RateLimits(
            RateSettings.NONE.withLimits(TOKENS, REQUESTS).withBudgets(BUDGET),
            buckets,
            buckets,
            book,
            RateListener.NOBODY);

    private final class Request {
        final Toll toll;
        final long reserved;
        long used;
        boolean isOver;

        Request(Random random) {
            Demand demand = new Demand(random.nextInt(500), random.nextInt(500));
            reserved = demand.prompt() + demand.output();
            toll = limits.toll(SUBJECT, Allowance.NONE, demand, Duration.ZERO);
        }

        boolean take() {
            RateVerdict verdict = toll.take();
            isOver = !(verdict instanceof RateVerdict.Passed);
            return !isOver;
        }

        void end(Random random) {
            int how = random.nextInt(5);
            if (how == 0) {
                toll.giveBack();
            } else if (how == 1) {
                toll.meter().begin(503, "application/json", null);
                feed("{\"error\":{}}");
                toll.settle();
            } else {
                stream(random, how == 2);
                toll.settle();
            }
            isOver = true;
            // Whatever comes later changes nothing.
            toll.settle();
            toll.giveBack();
        }

        /** Cut off in the middle, or with its usage at the end. */
        private void stream(Random random, boolean isCut) {
            toll.meter().begin(200, "text/event-stream", null);
            int chunks = random.nextInt(20);
            for (int i = 0; i < chunks; i++) {
                feed("data: {\"choices\":[{\"delta\":{\"content\":\"x\"}}]}\n\n");
            }
            if (isCut) {
                used = toll.meter().usage().total();
                return;
            }
            int input = random.nextInt(700);
            int output = random.nextInt(700);
            used = input + output;
            feed("data: {\"usage\":{\"prompt_tokens\":" + input + ",\"completion_tokens\":" + output + "}}\n\n");
        }

        private void feed(String text) {
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            toll.meter().feed(bytes, 0, bytes.length);
        }
    }

    private long tokensLeft() {
        return buckets.take(new Claim[] {new Claim(TOKENS, "pool", 0, 0)}).remaining()[0];
    }

    private long budgetUsed() {
        return book.balances().stream().mapToLong(BudgetBook.Balance::used).sum();
    }

    @Test
    void anyLife_leaksNothing_andCountsNothingTwice() {
        for (long seed = 1; seed <= 20; seed++) {
            oneLife(new Random(seed));
        }
    }

    private void oneLife(Random random) {
        long before = tokensLeft();
        long usedBefore = budgetUsed();
        List<Request> live = new ArrayList<>();
        long used = 0;
        for (int step = 0; step < 200; step++) {
            if (live.isEmpty() || random.nextInt(2) == 0) {
                Request request = new Request(random);
                if (request.take()) {
                    live.add(request);
                }
            } else {
                Request request = live.remove(random.nextInt(live.size()));
                request.end(random);
                used += request.used;
            }
            long reserved = live.stream().mapToLong(request -> request.reserved).sum();
            assertThat(tokensLeft()).as("bucket").isEqualTo(before - used - reserved);
            assertThat(budgetUsed()).as("account").isEqualTo(usedBefore + used);
        }
        for (Request request : live) {
            request.toll.giveBack();
        }
        assertThat(tokensLeft()).isEqualTo(before - used);
    }

    @Test
    void manyThreads_leakNothing() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            List<Callable<long[]>> tasks = new ArrayList<>();
            for (int t = 0; t < 4; t++) {
                Random random = new Random(t);
                tasks.add(() -> work(random));
            }
            long used = 0;
            long ran = 0;
            for (Future<long[]> done : threads.invokeAll(tasks)) {
                used += done.get()[0];
                ran += done.get()[1];
            }
            assertThat(tokensLeft()).isEqualTo(PLENTY - used);
            assertThat(budgetUsed()).isEqualTo(used);
            long requestsLeft =
                    buckets.take(new Claim[] {new Claim(REQUESTS, "key", 0, 0)}).remaining()[0];
            assertThat(requestsLeft).isEqualTo(100_000 - ran);
        } finally {
            threads.shutdownNow();
        }
    }

    private long[] work(Random random) {
        long used = 0;
        long ran = 0;
        for (int i = 0; i < 500; i++) {
            Request request = new Request(random);
            if (request.take()) {
                if (random.nextInt(3) == 0) {
                    request.toll.giveBack();
                } else {
                    request.stream(random, false);
                    request.toll.settle();
                    used += request.used;
                    ran++;
                }
            }
        }
        return new long[] {used, ran};
    }
}
