// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import com.netflix.concurrency.limits.Limiter;
import com.netflix.concurrency.limits.limit.FixedLimit;
import com.netflix.concurrency.limits.limiter.SimpleLimiter;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.github.resilience4j.bulkhead.Bulkhead;
import io.github.resilience4j.bulkhead.BulkheadConfig;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** A request takes a slot that is free and gives it back, beside three who know no order, fairness or estimate. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class AdmitReleaseBenchmark {
    private static final int SLOTS = 64;
    private static final int CALLERS = 64;

    /** A pool of ours, and what asks it. */
    @State(Scope.Benchmark)
    public static class Ours {
        private final LocalPools pools = new LocalPools(System::nanoTime);
        private final Pool pool = pools.open("ours", PoolSettings.ofSlots(SLOTS));

        /** Fills the pool to the brim and empties it again, so that every path is compiled. */
        @Setup
        public void prime() {
            Asking asking = new Asking();
            for (int round = 0; round < 2_000; round++) {
                Filling.fillAndEmpty(pool, asking, SLOTS + 8);
            }
        }

        /** Ends the threads. */
        @TearDown
        public void close() {
            pools.close();
        }
    }

    /** Whose request is next: one of many callers, each in one level. */
    @State(Scope.Thread)
    public static class Asking {
        private final Caller[] callers = new Caller[CALLERS];
        private final Priority[] levels = Priority.values();
        private int next;

        /** Names the callers. */
        public Asking() {
            for (int i = 0; i < CALLERS; i++) {
                callers[i] = Caller.of("key-" + i, "192.0.2." + i);
            }
        }

        Arrival next() {
            int i = next++ & (CALLERS - 1);
            return Arrival.of(callers[i], levels[i % levels.length]);
        }
    }

    /** What the others are asked. */
    @State(Scope.Benchmark)
    public static class Others {
        private final Bulkhead bulkhead = Bulkhead.of(
                "r4j",
                BulkheadConfig.custom()
                        .maxConcurrentCalls(SLOTS)
                        .maxWaitDuration(Duration.ZERO)
                        .build());
        private final Limiter<Object> limiter =
                SimpleLimiter.newBuilder().limit(FixedLimit.of(SLOTS)).build();
        private final Semaphore semaphore = new Semaphore(SLOTS, true);
    }

    /** Counts what should never happen here. */
    @State(Scope.Thread)
    @AuxCounters(AuxCounters.Type.EVENTS)
    public static class Refused {
        /** Who got no slot. */
        public long refused;

        /** Begins a round. */
        @Setup(Level.Iteration)
        public void reset() {
            refused = 0;
        }
    }

    /** Ours. */
    @Benchmark
    public void anteroom(Ours ours, Asking asking, Refused refused) {
        if (ours.pool.offer(asking.next(), Filling.NOBODY) instanceof Lease lease) {
            lease.close();
        } else {
            refused.refused++;
        }
    }

    /** What reading the clock at admission and at release costs by itself. */
    @Benchmark
    public long clockTwice() {
        long admitted = System.nanoTime();
        return System.nanoTime() - admitted;
    }

    /** Resilience4j's semaphore bulkhead. */
    @Benchmark
    public void resilience4j(Others others, Refused refused) {
        if (others.bulkhead.tryAcquirePermission()) {
            others.bulkhead.onComplete();
        } else {
            refused.refused++;
        }
    }

    /** Netflix' concurrency-limits with a fixed limit. */
    @Benchmark
    public void netflix(Others others, Refused refused) {
        others.limiter.acquire(others).ifPresentOrElse(Limiter.Listener::onSuccess, () -> refused.refused++);
    }

    /** The JDK's fair semaphore. */
    @Benchmark
    public void semaphore(Others others, Refused refused) {
        if (others.semaphore.tryAcquire()) {
            others.semaphore.release();
        } else {
            refused.refused++;
        }
    }
}
