// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Priority;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The arrivals of one message in short: a caller that comes again is a number, and what an arrival does not have is
 * left out. For one thread.
 */
final class Arrivals {
    private static final int LONGEST_WAIT = 1;
    private static final int BYTES = 1 << 1;
    private static final int COST = 1 << 2;
    private static final int ON_FULL = 1 << 3;
    private static final int MAY_QUEUE = 1 << 4;
    private static final int BATCH = 1 << 5;
    private static final int CLAIM_WITHIN = 1 << 6;
    private static final int NOT_BEFORE = 1 << 7;

    private final Map<Caller, Integer> written = new HashMap<>();
    private final List<Caller> read = new ArrayList<>();

    void write(Arrival arrival, DataOutput out) throws IOException {
        write(arrival.caller(), out);
        OnFull onFull = arrival.onFull();
        int has = (arrival.longestWait() == null ? 0 : LONGEST_WAIT)
                | (arrival.bytes() == 0 ? 0 : BYTES)
                | (arrival.cost() == null ? 0 : COST)
                | (onFull == null ? 0 : ON_FULL)
                | (arrival.mayQueue() ? MAY_QUEUE : 0)
                | (arrival.batch() == null ? 0 : BATCH)
                | (arrival.claimWithin() == null ? 0 : CLAIM_WITHIN)
                | (arrival.notBefore() == null ? 0 : NOT_BEFORE);
        out.writeByte(has);
        out.writeByte(arrival.priority().ordinal());
        write(arrival.longestWait(), out);
        if (arrival.bytes() != 0) {
            out.writeLong(arrival.bytes());
        }
        write(arrival.cost(), out);
        if (onFull != null) {
            out.writeByte(onFull.ordinal());
        }
        String batch = arrival.batch();
        if (batch != null) {
            out.writeUTF(batch);
        }
        write(arrival.claimWithin(), out);
        write(arrival.notBefore(), out);
    }

    private static void write(@Nullable Duration duration, DataOutput out) throws IOException {
        if (duration != null) {
            out.writeLong(duration.toNanos());
        }
    }

    private void write(Caller caller, DataOutput out) throws IOException {
        Integer known = written.putIfAbsent(caller, written.size());
        out.writeInt(known == null ? written.size() - 1 : known);
        if (known == null) {
            Codec.write(caller, out);
        }
    }

    Arrival read(DataInput in) throws IOException {
        Caller caller = readCaller(in);
        int has = in.readUnsignedByte();
        return new Arrival(
                caller,
                Priority.values()[in.readByte()],
                (has & LONGEST_WAIT) == 0 ? null : Codec.readDuration(in),
                (has & BYTES) == 0 ? 0 : in.readLong(),
                (has & COST) == 0 ? null : Codec.readDuration(in),
                (has & ON_FULL) == 0 ? null : OnFull.values()[in.readByte()],
                (has & MAY_QUEUE) != 0,
                (has & BATCH) == 0 ? null : in.readUTF(),
                (has & CLAIM_WITHIN) == 0 ? null : Codec.readDuration(in),
                (has & NOT_BEFORE) == 0 ? null : Codec.readDuration(in));
    }

    private Caller readCaller(DataInput in) throws IOException {
        int number = in.readInt();
        if (number < 0 || number > read.size()) {
            throw new IOException("no caller has the number " + number + " (expected: at most " + read.size() + ")");
        }
        if (number == read.size()) {
            read.add(Codec.readCaller(in));
        }
        return read.get(number);
    }
}
