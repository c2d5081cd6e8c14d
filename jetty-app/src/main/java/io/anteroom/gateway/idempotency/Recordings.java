// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.idempotency;

import io.anteroom.gateway.idempotency.Recording.Head;
import io.anteroom.gateway.idempotency.Recording.Stage;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * The answers under way and those kept, by caller and key. What is kept is bounded in time and in bytes; the oldest
 * goes first. Safe from any thread.
 */
final class Recordings {
    /** Whoever gets one of these should ask again. */
    private static final Set<Integer> NOT_KEPT = Set.of(401, 403, 408, 409, 425, 429);

    private final IdempotencySettings settings;
    private final LongSupplier nanoClock;
    private final Map<String, Entry> entries = new LinkedHashMap<>();
    private long kept;

    private record Entry(String payload, Recording recording, long endedNanos, boolean isOver) {}

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
    synchronized Turn turn(String key, String payload) {
        forgetOld();
        Entry entry = entries.get(key);
        if (entry == null) {
            Recording recording = new Recording(settings.maxAnswer());
            entries.put(key, new Entry(payload, recording, 0, false));
            return new First(recording);
        }
        return entry.payload().equals(payload) ? new Same(entry.recording()) : new Other();
    }

    /** Has another request be the first, after the one before has broken off; the turn of everybody else that comes. */
    synchronized Turn again(String key, String payload, Recording broken) {
        Entry entry = entries.get(key);
        if (entry != null && entry.recording() == broken) {
            entries.remove(key);
        }
        return turn(key, payload);
    }

    /** The answer is over. One that is worth it is kept for a while. */
    synchronized void ended(String key, Recording recording) {
        Entry entry = entries.get(key);
        if (entry == null || entry.recording() != recording || entry.isOver()) {
            return;
        }
        entries.remove(key);
        if (isKept(recording)) {
            entries.put(key, new Entry(entry.payload(), recording, nanoClock.getAsLong(), true));
            kept += recording.bytes();
            forgetOld();
        }
    }

    private static boolean isKept(Recording recording) {
        Head head = recording.head();
        return recording.stage() == Stage.WHOLE
                && head != null
                && head.status() < 500
                && !NOT_KEPT.contains(head.status());
    }

    private void forgetOld() {
        long now = nanoClock.getAsLong();
        Iterator<Entry> all = entries.values().iterator();
        while (all.hasNext()) {
            Entry entry = all.next();
            boolean isOld = now - entry.endedNanos() > settings.keepFor().toNanos();
            if (entry.isOver() && (isOld || kept > settings.maxBytes())) {
                all.remove();
                kept -= entry.recording().bytes();
            }
        }
    }

    /** How many answers are under way or kept. */
    synchronized int size() {
        return entries.size();
    }
}
