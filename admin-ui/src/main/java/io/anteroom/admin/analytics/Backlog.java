// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import io.anteroom.settings.StoreException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Minutes that are over and not stored yet: bounded, so that a store that fails for long costs the oldest of them and
 * no more. Guarded by its owner.
 */
final class Backlog {
    private static final System.Logger LOG = System.getLogger(Analytics.class.getName());
    private static final int BATCH = 200;

    private final AnalyticsStore store;
    private final String node;
    private final int mostBytes;
    private final Deque<Minute> waiting = new ArrayDeque<>();
    private List<Minute> batch = List.of();
    private long batchNumber;
    private int bytes;
    private long lost;
    private @Nullable String trouble;

    Backlog(AnalyticsStore store, String node, int mostBytes) {
        this.store = store;
        this.node = node;
        this.mostBytes = mostBytes;
    }

    void add(Minute minute) {
        if (minute.isEmpty()) {
            return;
        }
        waiting.add(minute);
        bytes += minute.size();
        while (bytes > mostBytes && !waiting.isEmpty()) {
            bytes -= waiting.remove().size();
            lost++;
        }
    }

    /** Stores what there is, and says whether that went well. */
    boolean flush() {
        while (!(batch.isEmpty() && waiting.isEmpty())) {
            if (batch.isEmpty()) {
                next();
            }
            try {
                store.write(node, batchNumber, batch);
            } catch (StoreException e) {
                failed(String.valueOf(e.getMessage()));
                return false;
            }
            batch.forEach(minute -> bytes -= minute.size());
            batch = List.of();
        }
        recovered();
        return true;
    }

    /** A batch stays what it is until it is stored, so that one that was stored without our knowing is known again. */
    private void next() {
        List<Minute> taken = new ArrayList<>();
        while (!waiting.isEmpty() && taken.size() < BATCH) {
            taken.add(waiting.remove());
        }
        batch = taken;
        batchNumber = ThreadLocalRandom.current().nextLong();
    }

    private void failed(String why) {
        if (trouble == null) {
            LOG.log(
                    System.Logger.Level.ERROR,
                    "The analytics cannot be stored and are kept in memory, up to " + (mostBytes >> 20) + " MiB: "
                            + why);
        }
        trouble = why;
    }

    private void recovered() {
        if (trouble != null) {
            LOG.log(System.Logger.Level.INFO, "The analytics are stored again; minutes lost so far: " + lost);
        }
        trouble = null;
    }

    @Nullable String trouble() {
        return trouble;
    }

    long lost() {
        return lost;
    }

    /** How many minutes of pools are not stored yet. */
    int size() {
        return batch.size() + waiting.size();
    }

    List<Minute> all() {
        List<Minute> all = new ArrayList<>(batch);
        all.addAll(waiting);
        return all;
    }
}
