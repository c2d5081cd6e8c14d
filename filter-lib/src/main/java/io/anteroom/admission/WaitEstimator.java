// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Predicts costs and waits. The cost of a request is what its key's requests have cost, shrunk towards the pool's mean
 * while the key is little known. The wait is the work ahead divided by the slots, times what {@link Calibration} has
 * seen.
 */
final class WaitEstimator {
    private static final long FIRST_GUESS_MICROS = 1_000_000;
    /** A queue of fewer is looked at as a whole by each newcomer. */
    static final int SHORT = 64;

    private static final int KEY_MEMORY = 60;
    private static final int POOL_MEMORY = 500;
    private static final int POOL_WEIGHT = 10;
    private static final long MAX_RAW_NANOS = Duration.ofDays(365).toNanos();

    private final Calibration calibration = new Calibration();
    private final long[] scratch = new long[3];
    private long samples;
    private long meanMicros = FIRST_GUESS_MICROS;

    /** What a request of that key will probably cost. */
    long expectedMicros(Party key) {
        long sum = POOL_WEIGHT * meanMicros + key.samples * key.meanMicros;
        return Math.max(1, part(sum, POOL_WEIGHT + key.samples, POOL_WEIGHT + KEY_MEMORY));
    }

    /** How long a request holds a slot on average. */
    long meanMicros() {
        return meanMicros;
    }

    /** A request of that key has really cost that much. */
    void observeCost(Party key, long micros) {
        key.samples = Math.min(KEY_MEMORY, key.samples + 1);
        key.meanMicros += part(micros - key.meanMicros, key.samples, KEY_MEMORY);
        samples = Math.min(POOL_MEMORY, samples + 1);
        meanMicros += part(micros - meanMicros, samples, POOL_MEMORY);
    }

    /** A quotient. Once the memory is full its divisor is a constant, which the compiler multiplies by instead. */
    private static long part(long value, long by, long usual) {
        return by == usual ? value / usual : value / by;
    }

    /** A newcomer's raw wait, and its position, by what waits now: exact in a short queue, else from the histograms. */
    void place(Entry entry, PoolState state, Ranking ranking) {
        Line line = state.line;
        if (line.waiting >= SHORT) {
            place(entry, state);
            return;
        }
        ranking.runWith(entry, line, state.settings.order());
        entry.initialPosition = entry.position;
        raw(entry, entry.aheadMicros, state.slots());
    }

    /** The same without looking at everybody. */
    void place(Entry entry, PoolState state) {
        Line line = state.line;
        Order order = state.settings.order();
        Flow flow = entry.flow;
        long half = entry.costMicros / 2;
        Group group = line.groupOf(flow);
        int weight = line.weightOf(flow);
        long micros;
        long tickets;
        if (order == Order.FIFO) {
            micros = group.micros.total();
            tickets = line.waiting;
        } else {
            micros =
                    group.micros.servedWithin(flow.waitingMicros + entry.costMicros, flow.waitingMicros + half, weight);
            tickets = (group.tickets.servedWithin(2L * flow.waiting + 2, 2L * flow.waiting + 1, weight) + 1) / 2;
            micros += servedOfOthers(line, group, micros + half, order);
            tickets += ticketsOfOthers(line, group, tickets, order);
            tickets += line.aside.size;
        }
        micros += line.aside.micros;
        entry.initialPosition = (int) Math.min(tickets, line.waiting) + 1;
        raw(entry, micros, state.slots());
    }

    private static long servedOfOthers(Line line, Group own, long micros, Order order) {
        long served = 0;
        boolean higher = true;
        for (Group group : line.groups()) {
            if (group == own) {
                higher = false;
            } else if (order == Order.STRICT) {
                served += higher ? group.micros.total() : 0;
            } else {
                served += Math.min(group.micros.total(), micros * group.weight / own.weight);
            }
        }
        return served;
    }

    private static long ticketsOfOthers(Line line, Group own, long tickets, Order order) {
        long served = 0;
        boolean higher = true;
        for (Group group : line.groups()) {
            if (group == own) {
                higher = false;
            } else if (order == Order.STRICT) {
                served += higher ? group.waiting : 0;
            } else {
                served += Math.min(group.waiting, (tickets * 2 + 1) * group.weight / (2L * own.weight));
            }
        }
        return served;
    }

    /** The wait for the work ahead, and for the first slot to become free. */
    long rawNanos(long aheadMicros, int slots) {
        long micros = (aheadMicros + meanMicros) / Math.max(1, slots);
        return Math.min(MAX_RAW_NANOS, micros * 1000);
    }

    /** Announces a range to a newcomer: kept in the entry, to see later whether it held. */
    void announce(Entry entry, long longestNanos) {
        if (calibration.estimate(entry.flow.priority, entry.placeInFlow, entry.rawWaitNanos, longestNanos, scratch)) {
            entry.lowNanos = scratch[0];
            entry.highNanos = scratch[2];
        }
    }

    /** As many of those with such work ahead wait longer as shorter; zero if nothing is known. */
    long medianNanos(Entry entry) {
        return calibration.median(entry.flow.priority, entry.placeInFlow, entry.rawWaitNanos);
    }

    Optional<Estimate> estimate(Priority priority, int placeInFlow, long rawNanos, long mostNanos) {
        if (!calibration.estimate(priority, placeInFlow, rawNanos, mostNanos, scratch)) {
            return Optional.empty();
        }
        return Optional.of(
                new Estimate(Duration.ofNanos(scratch[1]), Duration.ofNanos(scratch[0]), Duration.ofNanos(scratch[2])));
    }

    private void raw(Entry entry, long aheadMicros, int slots) {
        entry.placeInFlow = entry.flow.waiting;
        entry.rawWaitNanos = rawNanos(aheadMicros, slots);
        entry.rawMeanMicros = meanMicros;
    }

    /**
     * By what requests cost now: the raw wait follows the mean by itself, and what the calibration learns must not do
     * so once more.
     */
    private long rawByNow(Entry entry) {
        return (long) (entry.rawWaitNanos * ((double) meanMicros / Math.max(1, entry.rawMeanMicros)));
    }

    void observeAdmitted(Entry entry, long waitedNanos) {
        Priority priority = entry.flow.priority;
        calibration.observe(priority, entry.placeInFlow, rawByNow(entry), waitedNanos);
        if (entry.highNanos > 0) {
            calibration.observeRange(priority, waitedNanos >= entry.lowNanos && waitedNanos <= entry.highNanos);
        }
    }

    void observeGivenUp(Entry entry, long waitedNanos) {
        calibration.observeGivenUp(entry.flow.priority, entry.placeInFlow, rawByNow(entry), waitedNanos);
    }

    void save(DataOutput out) throws IOException {
        out.writeLong(samples);
        out.writeLong(meanMicros);
        calibration.save(out);
    }

    void load(DataInput in, int version) throws IOException {
        samples = in.readLong();
        meanMicros = in.readLong();
        calibration.load(in, version);
    }
}
