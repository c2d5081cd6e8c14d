// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.idempotency;

import io.anteroom.gateway.idempotency.Recording.Head;
import io.anteroom.gateway.idempotency.Recording.Stage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The answers under way and those kept, by caller and key. What is kept is bounded in time and in memory; the oldest
 * goes first. Safe from any thread; those who follow what is dropped are told outside of its lock.
 */
final class Recordings {
    /** Whoever gets one of these should ask again. */
    private static final Set<Integer> NOT_KEPT = Set.of(401, 403, 408, 409, 425, 429);

    private final IdempotencySettings settings;
    private final LongSupplier nanoClock;
    private final Map<String, Entry> underWay = new HashMap<>();
    /** In the order in which they ended, so that whoever looks for what is old looks at little else. */
    private final Map<String, Entry> kept = new LinkedHashMap<>();

    private final AtomicLong underWayBytes = new AtomicLong();
    private long keptBytes;

    private record Entry(String payload, Recording recording, long endedNanos, long bytes) {}

    /** What to do with a request. */
    sealed interface Turn {}

    /** It is the first: it is to be answered, and the answer recorded. */
    record First(Recording recording) implements Turn {}

    /** It gets the answer of the first. */
    record Same(Recording recording) implements Turn {}

    /** The same key came with something else before. */
    record Other() implements Turn {}

    Recordings(IdempotencySettings settings, LongSupplier nanoClock) {
        this.settings = settings;
        this.nanoClock = nanoClock;
    }

    /**
     * Decides about a request.
     *
     * @param key whose it is, and its key
     * @param payload what it asks for
     */
    Turn turn(String key, String payload) {
        List<Recording> dropped = new ArrayList<>();
        Turn turn = turn(key, payload, dropped);
        dropped.forEach(Recording::forget);
        return turn;
    }

    private synchronized Turn turn(String key, String payload, List<Recording> dropped) {
        dropOld(dropped);
        Entry entry = find(key, nanoClock.getAsLong());
        if (entry == null) {
            Recording recording = new Recording(settings.maxAnswer(), this::takeRoom);
            underWay.put(key, new Entry(payload, recording, 0, 0));
            return new First(recording);
        }
        return entry.payload().equals(payload) ? new Same(entry.recording()) : new Other();
    }

    private boolean takeRoom(long bytes) {
        if (underWayBytes.addAndGet(bytes) <= settings.maxBytes() || bytes <= 0) {
            return true;
        }
        underWayBytes.addAndGet(-bytes);
        return false;
    }

    /** Has another request be the first, after the one before has broken off; the turn of everybody else that comes. */
    Turn again(String key, String payload, Recording broken) {
        List<Recording> dropped = new ArrayList<>();
        Turn turn;
        synchronized (this) {
            Entry entry = underWay.get(key);
            if (entry != null && entry.recording() == broken) {
                underWay.remove(key);
            }
            turn = turn(key, payload, dropped);
        }
        dropped.forEach(Recording::forget);
        return turn;
    }

    /**
     * The answer is over. One that is worth it is kept for a while.
     *
     * @param mayBeKept whether it is what was asked for, and not an error that its status does not tell
     */
    void ended(String key, Recording recording, boolean mayBeKept) {
        List<Recording> dropped = new ArrayList<>();
        ended(key, recording, mayBeKept, dropped);
        dropped.forEach(Recording::forget);
    }

    private synchronized void ended(String key, Recording recording, boolean mayBeKept, List<Recording> dropped) {
        long bytes = recording.leaveRoom() + 2L * key.length();
        Entry entry = underWay.get(key);
        if (entry == null || entry.recording() != recording) {
            return;
        }
        underWay.remove(key);
        if (mayBeKept && isKept(recording)) {
            Entry before = kept.remove(key);
            if (before != null) {
                keptBytes -= before.bytes();
                dropped.add(before.recording());
            }
            kept.put(key, new Entry(entry.payload(), recording, nanoClock.getAsLong(), bytes));
            keptBytes += bytes;
            dropOld(dropped);
        }
    }

    private static boolean isKept(Recording recording) {
        Head head = recording.head();
        return recording.stage() == Stage.WHOLE
                && head != null
                && head.status() < 500
                && !NOT_KEPT.contains(head.status());
    }

    private void dropOld(List<Recording> dropped) {
        long now = nanoClock.getAsLong();
        Iterator<Entry> oldestFirst = kept.values().iterator();
        while (oldestFirst.hasNext()) {
            Entry entry = oldestFirst.next();
            boolean isTooMuch = keptBytes > settings.maxBytes();
            if (!isTooMuch && !isOld(entry, now)) {
                return;
            }
            if (isTooMuch || !entry.recording().isFollowed()) {
                oldestFirst.remove();
                keptBytes -= entry.bytes();
                dropped.add(entry.recording());
            }
        }
    }

    private boolean isOld(Entry entry, long now) {
        return now - entry.endedNanos() > settings.keepFor().toNanos();
    }

    /** The answer that counts for a key; one that is too old may still be there for somebody who reads slowly. */
    private @Nullable Entry find(String key, long now) {
        Entry running = underWay.get(key);
        if (running != null) {
            return running;
        }
        Entry entry = kept.get(key);
        return entry == null || isOld(entry, now) ? null : entry;
    }

    /** How many answers are under way or kept. */
    synchronized int size() {
        return underWay.size() + kept.size();
    }
}
