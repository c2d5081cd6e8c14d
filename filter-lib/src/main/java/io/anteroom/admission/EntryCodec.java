// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Map;

/** The saved form of one request. */
final class EntryCodec {
    private EntryCodec() {}

    static void save(Entry entry, DataOutput out) throws IOException {
        out.writeLong(entry.id);
        out.writeUTF(entry.flow.key.name);
        out.writeByte(entry.flow.priority.ordinal());
        out.writeUTF(entry.ip.name);
        out.writeUTF(entry.node);
        out.writeLong(entry.seq);
        out.writeLong(entry.arrivedNanos);
        out.writeLong(entry.costMicros);
        out.writeLong(entry.ownWaitNanos);
        out.writeLong(entry.bytes);
        MachineCodec.saveNullable(entry.batch, out);
        out.writeBoolean(entry.running);
        out.writeLong(entry.deadlineNanos);
        out.writeLong(entry.admittedNanos);
        out.writeInt(entry.initialPosition);
        out.writeLong(entry.rawWaitNanos);
        out.writeInt(entry.placeInFlow);
        out.writeLong(entry.lowNanos);
        out.writeLong(entry.highNanos);
        out.writeLong(entry.flowLifted);
        out.writeLong(entry.groupLifted);
        out.writeInt(entry.era);
        out.writeBoolean(entry.away);
        out.writeLong(entry.awayUntilNanos);
        out.writeLong(entry.graceNanos);
        out.writeLong(entry.turn);
        out.writeLong(entry.claimNanos);
        out.writeBoolean(entry.held);
        out.writeLong(entry.heldUntilNanos);
        out.writeLong(entry.rawMeanMicros);
    }

    static Entry load(PoolState state, Map<String, Party> keys, Map<String, Party> ips, DataInput in, int version)
            throws IOException {
        long id = in.readLong();
        Party key = MachineCodec.named(keys, in.readUTF());
        Flow flow = PoolState.flowOf(key, Priority.values()[in.readByte()]);
        Party ip = MachineCodec.named(ips, in.readUTF());
        String node = in.readUTF();
        long seq = in.readLong();
        long arrived = in.readLong();
        long cost = in.readLong();
        long ownWait = in.readLong();
        long bytes = in.readLong();
        String batch = in.readBoolean() ? in.readUTF() : null;
        Entry entry = new Entry(id, flow, ip, node, seq, arrived, cost, ownWait, bytes, batch);
        loadProgress(entry, in);
        if (version >= MachineCodec.WITH_ABSENCES) {
            loadAbsence(entry, in);
        }
        if (version >= MachineCodec.WITH_HOLDS) {
            entry.held = in.readBoolean();
            entry.heldUntilNanos = in.readLong();
        }
        entry.rawMeanMicros = version >= MachineCodec.WITH_WIDTHS ? in.readLong() : state.estimator.meanMicros();
        return entry;
    }

    private static void loadProgress(Entry entry, DataInput in) throws IOException {
        entry.running = in.readBoolean();
        entry.deadlineNanos = in.readLong();
        entry.admittedNanos = in.readLong();
        entry.initialPosition = in.readInt();
        entry.rawWaitNanos = in.readLong();
        entry.placeInFlow = in.readInt();
        entry.lowNanos = in.readLong();
        entry.highNanos = in.readLong();
        entry.flowLifted = in.readLong();
        entry.groupLifted = in.readLong();
        entry.era = in.readInt();
    }

    private static void loadAbsence(Entry entry, DataInput in) throws IOException {
        entry.away = in.readBoolean();
        entry.awayUntilNanos = in.readLong();
        entry.graceNanos = in.readLong();
        entry.turn = in.readLong();
        entry.claimNanos = in.readLong();
    }
}
