// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Who sent the most requests, with at most {@link #MOST} callers in memory: the space-saving algorithm of Metwally,
 * Agrawal and El Abbadi. When it is full, a newcomer takes the place of the smallest and inherits its number, which is
 * told as the most by which it may be too high. Whoever sends more than one request in {@link #MOST} is in the list for
 * certain. Not thread-safe.
 */
public final class TopList {
    /** How many callers are told apart. */
    public static final int MOST = 100;

    private static final int VERSION = 1;
    private static final Comparator<Entry> BY_REQUESTS =
            Comparator.<Entry>comparingLong(entry -> entry.requests).reversed().thenComparing(entry -> entry.name);

    private final Map<String, Entry> entries = new HashMap<>();

    /** Nobody is in it. */
    public TopList() {}

    private static final class Entry {
        private final String name;
        private long requests;
        private long over;
        private long refused;
        private long expired;
        private long waitedMillis;
        private long ranMillis;

        Entry(String name) {
            this.name = name;
        }

        void add(Entry other) {
            requests += other.requests;
            over += other.over;
            refused += other.refused;
            expired += other.expired;
            waitedMillis += other.waitedMillis;
            ranMillis += other.ranMillis;
        }
    }

    /** One more request of a caller. */
    void arrived(String name) {
        Entry entry = entries.get(name);
        if (entry == null) {
            entry = new Entry(name);
            if (entries.size() >= MOST) {
                Entry least = least();
                entries.remove(least.name);
                entry.requests = least.requests;
                entry.over = least.requests;
            }
            entries.put(name, entry);
        }
        entry.requests++;
    }

    private Entry least() {
        Entry least = null;
        for (Entry entry : entries.values()) {
            if (least == null || entry.requests < least.requests) {
                least = entry;
            }
        }
        if (least == null) {
            throw new IllegalStateException("an empty list is full");
        }
        return least;
    }

    void refused(String name) {
        Entry entry = entries.get(name);
        if (entry != null) {
            entry.refused++;
        }
    }

    void expired(String name) {
        Entry entry = entries.get(name);
        if (entry != null) {
            entry.expired++;
        }
    }

    void waited(String name, long millis) {
        Entry entry = entries.get(name);
        if (entry != null) {
            entry.waitedMillis += millis;
        }
    }

    void ran(String name, long millis) {
        Entry entry = entries.get(name);
        if (entry != null) {
            entry.ranMillis += millis;
        }
    }

    /** Adds another list; whoever is not among the first {@link #MOST} then is forgotten. */
    void add(TopList other) {
        long ours = entries.size() < MOST ? 0 : least().requests;
        long theirs = other.entries.size() < MOST ? 0 : other.least().requests;
        entries.values().forEach(entry -> {
            if (!other.entries.containsKey(entry.name)) {
                entry.requests += theirs;
                entry.over += theirs;
            }
        });
        other.entries.values().forEach(more -> {
            Entry entry = entries.get(more.name);
            if (entry == null) {
                entry = new Entry(more.name);
                entry.requests = ours;
                entry.over = ours;
                entries.put(more.name, entry);
            }
            entry.add(more);
        });
        cut();
    }

    private void cut() {
        if (entries.size() > MOST) {
            List<Entry> sorted = new ArrayList<>(entries.values());
            sorted.sort(BY_REQUESTS);
            sorted.subList(MOST, sorted.size()).forEach(entry -> entries.remove(entry.name));
        }
    }

    /** The same by other names; those of one name are added up. */
    TopList named(UnaryOperator<String> names) {
        TopList named = new TopList();
        entries.values()
                .forEach(entry -> named.entries
                        .computeIfAbsent(names.apply(entry.name), Entry::new)
                        .add(entry));
        return named;
    }

    boolean isEmpty() {
        return entries.isEmpty();
    }

    /** The first so many. */
    List<CallerFigures> first(int most) {
        return entries.values().stream()
                .sorted(BY_REQUESTS)
                .limit(most)
                .map(entry -> new CallerFigures(
                        entry.name,
                        entry.requests,
                        entry.over,
                        entry.refused,
                        entry.expired,
                        Duration.ofMillis(entry.waitedMillis),
                        Duration.ofMillis(entry.ranMillis)))
                .toList();
    }

    /** As bytes, which {@link #add(byte[])} takes. */
    public byte[] bytes() {
        Bytes bytes = new Bytes();
        bytes.put(VERSION);
        bytes.put(entries.size());
        for (Entry entry : entries.values()) {
            bytes.put(entry.name);
            bytes.put(entry.requests);
            bytes.put(entry.over);
            bytes.put(entry.refused);
            bytes.put(entry.expired);
            bytes.put(entry.waitedMillis);
            bytes.put(entry.ranMillis);
        }
        return bytes.whole();
    }

    /**
     * Adds a list that is given as bytes.
     *
     * @throws IllegalStateException if it is none
     */
    public void add(byte[] written) {
        Bytes.Reader bytes = new Bytes.Reader(written);
        long version = bytes.next();
        if (version != VERSION) {
            throw new IllegalStateException("analytics: a list of version " + version + " (expected: " + VERSION + ")");
        }
        TopList other = new TopList();
        long size = bytes.next();
        for (long i = 0; i < size; i++) {
            Entry entry = new Entry(bytes.nextText());
            entry.requests = bytes.next();
            entry.over = bytes.next();
            entry.refused = bytes.next();
            entry.expired = bytes.next();
            entry.waitedMillis = bytes.next();
            entry.ranMillis = bytes.next();
            other.entries.put(entry.name, entry);
        }
        add(other);
    }
}
