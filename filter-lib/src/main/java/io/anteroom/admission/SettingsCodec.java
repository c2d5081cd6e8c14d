// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** The saved form of the settings. */
final class SettingsCodec {
    private SettingsCodec() {}

    static void save(PoolSettings settings, DataOutput out) throws IOException {
        out.writeInt(settings.slots());
        out.writeByte(settings.order().ordinal());
        for (Priority priority : Priority.values()) {
            LevelSettings level = settings.level(priority);
            out.writeInt(level.weight());
            out.writeLong(level.longestWait().toNanos());
            out.writeInt(level.maxWaiting());
            out.writeInt(level.floorPercent());
        }
        out.writeInt(settings.maxWaiting());
        out.writeLong(settings.maxWaitingBytes());
        save(settings.perKey(), out);
        save(settings.perIp(), out);
        out.writeByte(settings.onFull().ordinal());
        out.writeBoolean(settings.earlyRefusal());
        out.writeLong(settings.longestRun().toNanos());
    }

    static PoolSettings load(DataInput in) throws IOException {
        int slots = in.readInt();
        Order order = Order.values()[in.readByte()];
        Map<Priority, LevelSettings> levels = new EnumMap<>(Priority.class);
        for (Priority priority : Priority.values()) {
            int weight = in.readInt();
            Duration longestWait = Duration.ofNanos(in.readLong());
            levels.put(priority, new LevelSettings(weight, longestWait, in.readInt(), in.readInt()));
        }
        int maxWaiting = in.readInt();
        long maxWaitingBytes = in.readLong();
        CallerLimits perKey = loadLimits(in);
        CallerLimits perIp = loadLimits(in);
        OnFull onFull = OnFull.values()[in.readByte()];
        boolean earlyRefusal = in.readBoolean();
        Duration longestRun = Duration.ofNanos(in.readLong());
        return new PoolSettings(
                slots, order, levels, maxWaiting, maxWaitingBytes, perKey, perIp, onFull, earlyRefusal, longestRun);
    }

    static void save(CallerLimits limits, DataOutput out) throws IOException {
        out.writeInt(limits.maxWaiting());
        out.writeInt(limits.maxRunning());
    }

    static CallerLimits loadLimits(DataInput in) throws IOException {
        return new CallerLimits(in.readInt(), in.readInt());
    }
}
