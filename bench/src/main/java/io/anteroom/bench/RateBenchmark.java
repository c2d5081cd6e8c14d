// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.rate.Allowance;
import io.anteroom.rate.BudgetBook;
import io.anteroom.rate.Demand;
import io.anteroom.rate.Limit;
import io.anteroom.rate.LocalBuckets;
import io.anteroom.rate.RateLimits;
import io.anteroom.rate.RateListener;
import io.anteroom.rate.RateSettings;
import io.anteroom.rate.RateVerdict;
import io.anteroom.rate.Scope;
import io.anteroom.rate.Subject;
import io.anteroom.rate.Toll;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One decision with limits per key, address and model, beside one bare bucket of Bucket4j. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class RateBenchmark {
    private static final Duration HOUR = Duration.ofHours(1);
    /** Enough for everybody: refusals would be another path. */
    private static final long PLENTY = 1_000_000_000_000L;
    /** So slow that no bucket is ever full again, and dropped. */
    private static final long SLOW = 1000;

    /** Limits and who asks. */
    @State(org.openjdk.jmh.annotations.Scope.Benchmark)
    public static class Limited {
        private static final int MODELS = 8;

        /** How many callers there are. */
        @Param({"100", "100000"})
        public int keys;

        private final LocalBuckets buckets = new LocalBuckets();
        private final RateLimits limits = new RateLimits(
                RateSettings.NONE.withLimits(
                        Limit.requests("key", SLOW, HOUR).withBurst(PLENTY),
                        Limit.requests("ip", SLOW, HOUR).withBurst(PLENTY).countedBy(Scope.IP),
                        Limit.requests("model", SLOW, HOUR).withBurst(PLENTY).countedBy(Scope.MODEL)),
                buckets,
                buckets,
                new BudgetBook(InstantSource.system()),
                RateListener.NOBODY);
        private Subject[] subjects = {};

        /** Names the callers, and has each of them ask once. */
        @Setup
        public void prime() {
            subjects = new Subject[keys];
            for (int i = 0; i < keys; i++) {
                subjects[i] = new Subject("key-" + i, "192.0.2." + i % 50_000, "model-" + i % MODELS, "llm");
                ask(subjects[i]);
            }
        }

        RateVerdict ask(Subject subject) {
            Toll toll = limits.toll(subject, Allowance.NONE, Demand.UNKNOWN, Duration.ZERO);
            if (toll == null) {
                throw new IllegalStateException("no limits");
            }
            return toll.take();
        }
    }

    /** Whose turn it is. */
    @State(org.openjdk.jmh.annotations.Scope.Thread)
    public static class Turn {
        private int next;

        int next(int most) {
            next = next * 1_103_515_245 + 12_345;
            return (next >>> 8) % most;
        }
    }

    /** A bucket of Bucket4j as it comes, at the same precision. */
    @State(org.openjdk.jmh.annotations.Scope.Benchmark)
    public static class Bare {
        private final Bucket bucket = Bucket.builder()
                .addLimit(limit -> limit.capacity(PLENTY).refillGreedy(SLOW, HOUR))
                .withNanosecondPrecision()
                .build();
    }

    /** Ours. */
    @Benchmark
    public RateVerdict anteroom(Limited limited, Turn turn) {
        return limited.ask(limited.subjects[turn.next(limited.keys)]);
    }

    /** Bucket4j's own answer with what is left, which header fields need. */
    @Benchmark
    public ConsumptionProbe bucket4j(Bare bare) {
        return bare.bucket.tryConsumeAndReturnRemaining(1);
    }
}
