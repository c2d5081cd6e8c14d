// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import io.anteroom.admission.Refusal;
import io.anteroom.event.QueueEvent;
import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What happened in one period: counts, times and peaks. Sums of periods, levels, pools and nodes are figures again,
 * with the highest of their peaks. Not thread-safe; those that {@link Analytics} answers change no more.
 */
public final class Figures {
    private static final int VERSION = 1;
    private static final Count[] COUNTS = Count.values();

    private final long[] counts = new long[COUNTS.length];
    private final Map<String, Long> reasons = new TreeMap<>();
    private final Histogram waits = new Histogram();
    private final Histogram runs = new Histogram();
    private long peakWaiting;
    private long peakRunning;

    /** Nothing has happened. */
    public Figures() {}

    /** How many. */
    public long count(Count what) {
        return counts[what.ordinal()];
    }

    /** Why requests were refused on arrival, by the reason in lower case. */
    public Map<String, Long> refusals() {
        return Collections.unmodifiableMap(reasons);
    }

    /** How long those waited that had to and were admitted. */
    public Histogram waits() {
        return waits;
    }

    /** How long slots were held. */
    public Histogram runs() {
        return runs;
    }

    /** The most that waited in a pool at once, as far as was seen: looked at each second, and at each arrival. */
    public long peakWaiting() {
        return peakWaiting;
    }

    /** The most that ran in a pool at once. */
    public long peakRunning() {
        return peakRunning;
    }

    /** All that lost their wait or were not let in: refused, expired, shed and cancelled. */
    public long failed() {
        return count(Count.REFUSED) + count(Count.EXPIRED) + count(Count.SHED) + count(Count.CANCELLED);
    }

    /** The counts by name, in lower case. */
    public Map<String, Long> counts() {
        Map<Count, Long> named = new EnumMap<>(Count.class);
        for (Count what : COUNTS) {
            named.put(what, count(what));
        }
        Map<String, Long> lower = new TreeMap<>();
        named.forEach((what, many) -> lower.put(what.name().toLowerCase(Locale.ROOT), many));
        return lower;
    }

    boolean isEmpty() {
        for (long each : counts) {
            if (each != 0) {
                return false;
            }
        }
        return peakWaiting == 0 && peakRunning == 0;
    }

    void record(QueueEvent event) {
        switch (event.kind()) {
            case QUEUED -> {
                count(Count.QUEUED, 1);
                peaks(event.position(), 0);
            }
            case ADMITTED -> admitted(event.position(), event.waited());
            case REFUSED -> refused(event.refusal());
            case SHED -> count(event.refusal() == Refusal.Code.CANCELLED ? Count.CANCELLED : Count.SHED, 1);
            case EXPIRED -> count(Count.EXPIRED, 1);
            case ABANDONED -> count(Count.ABANDONED, 1);
            case KEPT -> count(Count.KEPT, 1);
            case GIVEN_UP -> count(Count.GIVEN_UP, 1);
            case FELL_BACK -> count(Count.FELL_BACK, 1);
            case RELEASED -> {
                count(Count.RELEASED, 1);
                runs.record(event.ran());
            }
        }
    }

    private void admitted(int position, Duration waited) {
        count(Count.ADMITTED, 1);
        if (position == 0) {
            count(Count.AT_ONCE, 1);
        } else {
            waits.record(waited);
        }
    }

    private void refused(Refusal.@Nullable Code code) {
        count(Count.REFUSED, 1);
        String reason = code == null ? "unknown" : code.name().toLowerCase(Locale.ROOT);
        reasons.merge(reason, 1L, Long::sum);
    }

    private void count(Count what, long more) {
        counts[what.ordinal()] += more;
    }

    void peaks(long waiting, long running) {
        peakWaiting = Math.max(peakWaiting, waiting);
        peakRunning = Math.max(peakRunning, running);
    }

    void add(Figures other) {
        for (int i = 0; i < counts.length; i++) {
            counts[i] += other.counts[i];
        }
        other.reasons.forEach((reason, many) -> reasons.merge(reason, many, Long::sum));
        waits.add(other.waits);
        runs.add(other.runs);
        peaks(other.peakWaiting, other.peakRunning);
    }

    /** As bytes, which {@link #add(byte[])} takes. */
    public byte[] bytes() {
        Bytes bytes = new Bytes();
        bytes.put(VERSION);
        bytes.put(counts.length);
        for (long each : counts) {
            bytes.put(each);
        }
        bytes.put(reasons.size());
        reasons.forEach((reason, many) -> {
            bytes.put(reason);
            bytes.put(many);
        });
        bytes.put(peakWaiting);
        bytes.put(peakRunning);
        waits.write(bytes);
        runs.write(bytes);
        return bytes.whole();
    }

    /**
     * Adds figures that are given as bytes.
     *
     * @throws IllegalStateException if they are none
     */
    public void add(byte[] written) {
        Bytes.Reader bytes = new Bytes.Reader(written);
        long version = bytes.next();
        if (version != VERSION) {
            throw new IllegalStateException("analytics: a row of version " + version + " (expected: " + VERSION + ")");
        }
        long known = bytes.next();
        for (int i = 0; i < known; i++) {
            long more = bytes.next();
            if (i < counts.length) {
                counts[i] += more;
            }
        }
        long different = bytes.next();
        for (long i = 0; i < different; i++) {
            reasons.merge(bytes.nextText(), bytes.next(), Long::sum);
        }
        peaks(bytes.next(), bytes.next());
        waits.add(bytes);
        runs.add(bytes);
    }
}
