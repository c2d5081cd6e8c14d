// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import io.anteroom.admission.PoolSnapshot;
import io.anteroom.event.QueueEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The last 15 minutes of one pool by seconds, in an array that is used again and again. Not thread-safe. */
final class SecondRing {
    static final int SECONDS = 15 * 60;
    private static final int ARRIVED = 0;
    private static final int ADMITTED = 1;
    private static final int RELEASED = 2;
    private static final int FAILED = 3;
    private static final int WAITING = 4;
    private static final int RUNNING = 5;
    private static final int WAITED = 6;
    private static final int LONGEST = 7;
    private static final int WIDTH = 8;

    private final long[] values = new long[SECONDS * WIDTH];
    private long newest = Long.MIN_VALUE;

    /** Where the figures of this moment are; a clock that is set back goes on in the newest second. */
    private int at(long nowMillis) {
        long second = Math.floorDiv(nowMillis, 1000L);
        if (newest == Long.MIN_VALUE || second - newest >= SECONDS) {
            Arrays.fill(values, 0);
            newest = second;
        }
        while (newest < second) {
            int before = slot(newest);
            newest++;
            int next = slot(newest);
            Arrays.fill(values, next, next + WIDTH, 0);
            // Nobody has looked yet in this second: what was known goes on.
            values[next + WAITING] = values[before + WAITING];
            values[next + RUNNING] = values[before + RUNNING];
        }
        return slot(newest);
    }

    private static int slot(long second) {
        return (int) Math.floorMod(second, (long) SECONDS) * WIDTH;
    }

    void record(QueueEvent event, long nowMillis) {
        int at = at(nowMillis);
        switch (event.kind()) {
            case QUEUED -> values[at + ARRIVED]++;
            case ADMITTED -> {
                values[at + ADMITTED]++;
                if (event.position() == 0) {
                    values[at + ARRIVED]++;
                }
                long waited = event.waited().toMillis();
                values[at + WAITED] += waited;
                values[at + LONGEST] = Math.max(values[at + LONGEST], waited);
            }
            case REFUSED -> {
                values[at + ARRIVED]++;
                values[at + FAILED]++;
            }
            case SHED, EXPIRED -> values[at + FAILED]++;
            case RELEASED -> values[at + RELEASED]++;
            case ABANDONED, KEPT, GIVEN_UP, FELL_BACK -> {}
        }
    }

    void sample(PoolSnapshot now, long nowMillis) {
        int at = at(nowMillis);
        values[at + WAITING] = now.waiting();
        values[at + RUNNING] = now.running();
    }

    /** The last of them, the oldest first; the one that is under way is not among them. */
    List<Second> last(Duration last, long nowMillis) {
        int unused = at(nowMillis);
        long many = Math.max(0, Math.min(last.toSeconds(), SECONDS - 1));
        List<Second> seconds = new ArrayList<>();
        for (long second = newest - many; second < newest; second++) {
            seconds.add(second(second));
        }
        return seconds;
    }

    private Second second(long second) {
        int at = slot(second);
        return new Second(
                Instant.ofEpochSecond(second),
                values[at + ARRIVED],
                values[at + ADMITTED],
                values[at + RELEASED],
                values[at + FAILED],
                values[at + WAITING],
                values[at + RUNNING],
                Duration.ofMillis(values[at + WAITED]),
                Duration.ofMillis(values[at + LONGEST]));
    }
}
