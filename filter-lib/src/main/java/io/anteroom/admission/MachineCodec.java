// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The saved form of a machine: a version, then everything that its future behaviour depends on, in an order that
 * depends on nothing else. What can be derived (heaps, histograms, counters, positions) is not in it.
 */
final class MachineCodec {
    static final int WITH_ABSENCES = 2;
    static final int WITH_HOLDS = 3;
    static final int WITH_WIDTHS = 4;
    static final int WITH_SCOPES = 5;
    private static final int FIRST_VERSION = 1;
    private static final int VERSION = WITH_SCOPES;
    /** How many reasons of refusal those versions count that do not say it; reasons are only ever added at the end. */
    private static final int[] EARLIER_CODES = {0, 11, 12, 15, 15};

    private static final int NOT_PARKED = 0;
    private static final int PARKED_BY_KEY = 1;
    private static final int PARKED_BY_IP = 2;

    private MachineCodec() {}

    static void save(PoolState state, DataOutput out) throws IOException {
        out.writeByte(VERSION);
        SettingsCodec.save(state.settings, out);
        out.writeByte(state.mode.ordinal());
        out.writeInt(state.slotLimit);
        out.writeLong(state.nowNanos);
        out.writeLong(state.lastSeq);
        out.writeLong(state.returns.bookedNanos);
        saveTally(state.tally, out);
        saveLine(state.line, out);
        out.writeLong(state.line.aside.lastTurn);
        state.estimator.save(out);
        state.memory.save(out);
        List<Party> ips = state.ips.inOrder();
        out.writeInt(ips.size());
        for (Party ip : ips) {
            out.writeUTF(ip.name);
            out.writeLong(ip.returns.bookedNanos);
            out.writeBoolean(ip.idle);
        }
        List<Party> keys = state.keys.inOrder();
        out.writeInt(keys.size());
        for (Party key : keys) {
            saveKey(key, out);
        }
        Entry[] entries = state.entries.toArray();
        Arrays.sort(entries, Entry.BY_ARRIVAL);
        out.writeInt(entries.length);
        for (Entry entry : entries) {
            EntryCodec.save(entry, out);
        }
    }

    static PoolState load(DataInput in) throws IOException {
        try {
            return read(in);
        } catch (RuntimeException e) {
            throw new IOException("not a saved pool: " + e.getMessage(), e);
        }
    }

    private static PoolState read(DataInput in) throws IOException {
        int version = in.readByte();
        if (version < FIRST_VERSION || version > VERSION) {
            throw new IOException("version: " + version + " (expected: " + FIRST_VERSION + " to " + VERSION + ")");
        }
        PoolState state = new PoolState(SettingsCodec.load(in), 0);
        state.mode = PoolMode.values()[in.readByte()];
        state.slotLimit = version >= WITH_ABSENCES ? in.readInt() : Integer.MAX_VALUE;
        state.nowNanos = in.readLong();
        state.lastSeq = in.readLong();
        state.returns.bookedNanos = in.readLong();
        loadTally(state.tally, in, version);
        loadLine(state.line, in, version);
        if (version >= WITH_ABSENCES) {
            state.line.aside.lastTurn = in.readLong();
        }
        state.estimator.load(in, version);
        state.memory = Memory.load(in);
        loadParties(state, in, version);
        return state;
    }

    private static void loadParties(PoolState state, DataInput in, int version) throws IOException {
        Map<String, Party> ips = new HashMap<>();
        Party[] idleIps = loadIps(ips, in, version);
        int count = in.readInt();
        Party[] keys = new Party[count];
        Map<String, Party> byName = new HashMap<>();
        boolean[] idle = new boolean[count];
        for (int i = 0; i < count; i++) {
            keys[i] = loadKey(ips, in, version);
            byName.put(keys[i].name, keys[i]);
            idle[i] = in.readBoolean();
        }
        loadEntries(state, byName, ips, in, version);
        for (int i = 0; i < count; i++) {
            state.keys.restore(keys[i], idle[i]);
            for (Flow flow : keys[i].flows) {
                if (flow != null) {
                    state.line.restore(flow);
                }
            }
        }
        for (Party ip : ips.values()) {
            state.ips.restore(ip, false);
        }
        for (Party ip : idleIps) {
            state.ips.restore(ip, true);
        }
    }

    private static void loadEntries(
            PoolState state, Map<String, Party> keys, Map<String, Party> ips, DataInput in, int version)
            throws IOException {
        int count = in.readInt();
        List<Entry> aside = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Entry entry = EntryCodec.load(state, keys, ips, in, version);
            if (entry.isAside()) {
                aside.add(entry);
            } else {
                restore(state, entry);
            }
        }
        aside.sort(Comparator.comparingLong(entry -> entry.turn));
        aside.forEach(entry -> restore(state, entry));
    }

    private static Party[] loadIps(Map<String, Party> ips, DataInput in, int version) throws IOException {
        int count = in.readInt();
        Party[] idle = new Party[count];
        int idles = 0;
        for (int i = 0; i < count; i++) {
            Party ip = Party.ip(in.readUTF());
            ips.put(ip.name, ip);
            loadReturns(ip.returns, in, version);
            if (in.readBoolean()) {
                idle[idles++] = ip;
            }
        }
        return Arrays.copyOf(idle, idles);
    }

    private static void restore(PoolState state, Entry entry) {
        state.entries.add(entry);
        if (entry.running) {
            state.running++;
            entry.flow.key.running++;
            entry.ip.running++;
            state.line.levelOf(entry.flow).running++;
            if (state.isWatched(entry)) {
                state.deadlines.add(entry);
            }
        } else {
            state.line.restore(entry);
            state.deadlines.add(entry);
        }
    }

    private static void saveKey(Party key, DataOutput out) throws IOException {
        out.writeUTF(key.name);
        out.writeInt(key.weight);
        CallerLimits limits = key.ownLimits;
        out.writeBoolean(limits != null);
        if (limits != null) {
            SettingsCodec.save(limits, out);
        }
        out.writeLong(key.samples);
        out.writeLong(key.meanMicros);
        out.writeLong(key.returns.bookedNanos);
        for (Flow flow : key.flows) {
            out.writeBoolean(flow != null);
            if (flow != null) {
                saveFlow(flow, out);
            }
        }
        out.writeBoolean(key.idle);
    }

    private static void saveFlow(Flow flow, DataOutput out) throws IOException {
        out.writeLong(flow.start);
        out.writeLong(flow.lifted);
        Party holder = flow.parkedBy;
        out.writeByte(holder == null ? NOT_PARKED : holder == flow.key ? PARKED_BY_KEY : PARKED_BY_IP);
        if (holder != null && holder != flow.key) {
            out.writeUTF(holder.name);
        }
    }

    private static void loadReturns(Returns returns, DataInput in, int version) throws IOException {
        if (version >= WITH_SCOPES) {
            returns.bookedNanos = in.readLong();
        }
    }

    private static Party loadKey(Map<String, Party> ips, DataInput in, int version) throws IOException {
        Party key = Party.key(in.readUTF());
        key.weight = in.readInt();
        key.ownLimits = in.readBoolean() ? SettingsCodec.loadLimits(in) : null;
        key.samples = in.readLong();
        key.meanMicros = in.readLong();
        loadReturns(key.returns, in, version);
        for (Priority priority : Priority.values()) {
            if (in.readBoolean()) {
                loadFlow(PoolState.flowOf(key, priority), ips, in);
            }
        }
        return key;
    }

    private static void loadFlow(Flow flow, Map<String, Party> ips, DataInput in) throws IOException {
        flow.start = in.readLong();
        flow.lifted = in.readLong();
        int parked = in.readByte();
        if (parked != NOT_PARKED) {
            Party holder = parked == PARKED_BY_KEY ? flow.key : named(ips, in.readUTF());
            holder.park(flow);
        }
    }

    static Party named(Map<String, Party> parties, String name) throws IOException {
        Party party = parties.get(name);
        if (party == null) {
            throw new IOException("nobody is called " + name);
        }
        return party;
    }

    private static void saveLine(Line line, DataOutput out) throws IOException {
        out.writeLong(line.virtual);
        out.writeInt(line.era);
        for (Group group : line.groups()) {
            out.writeLong(group.start);
            out.writeLong(group.lifted);
            out.writeLong(group.virtual);
            out.writeLong(group.credit);
        }
        for (Level level : line.levels) {
            out.writeLong(level.returns.bookedNanos);
        }
    }

    private static void loadLine(Line line, DataInput in, int version) throws IOException {
        line.virtual = in.readLong();
        line.era = in.readInt();
        for (Group group : line.groups()) {
            group.start = in.readLong();
            group.lifted = in.readLong();
            group.virtual = in.readLong();
            group.credit = in.readLong();
        }
        for (Level level : line.levels) {
            loadReturns(level.returns, in, version);
        }
    }

    private static void saveTally(Tally tally, DataOutput out) throws IOException {
        out.writeLong(tally.admitted);
        out.writeLong(tally.queued);
        out.writeLong(tally.released);
        out.writeLong(tally.leasesExpired);
        out.writeLong(tally.abandoned);
        out.writeLong(tally.kept);
        out.writeLong(tally.lapsed);
        out.writeInt(tally.refused.length);
        for (long refused : tally.refused) {
            out.writeLong(refused);
        }
    }

    private static void loadTally(Tally tally, DataInput in, int version) throws IOException {
        tally.admitted = in.readLong();
        tally.queued = in.readLong();
        tally.released = in.readLong();
        tally.leasesExpired = in.readLong();
        tally.abandoned = in.readLong();
        boolean isFirst = version == FIRST_VERSION;
        tally.kept = isFirst ? 0 : in.readLong();
        tally.lapsed = isFirst ? 0 : in.readLong();
        int codes = version < WITH_SCOPES ? EARLIER_CODES[version] : in.readInt();
        for (int i = 0; i < codes; i++) {
            long count = in.readLong();
            if (i < tally.refused.length) {
                tally.refused[i] = count;
            }
        }
    }

    static void saveNullable(@Nullable String text, DataOutput out) throws IOException {
        out.writeBoolean(text != null);
        if (text != null) {
            out.writeUTF(text);
        }
    }

    static long hash(PoolState state) {
        Hash hash = new Hash();
        try {
            save(state, new DataOutputStream(hash));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return hash.value;
    }

    /** FNV-1a over 64 bits (Fowler, Noll and Vo). */
    private static final class Hash extends OutputStream {
        private long value = 0xCBF29CE484222325L;

        @Override
        public void write(int b) {
            value = (value ^ (b & 0xFF)) * 0x100000001B3L;
        }
    }
}
