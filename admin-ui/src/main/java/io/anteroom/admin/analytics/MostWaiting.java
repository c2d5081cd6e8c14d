// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Adds up the most that waited at once in each pool and step. Belongs to one thread. */
final class MostWaiting implements AnalyticsStore.Rows {
    private final Steps steps;
    private final Map<String, List<Long>> byPool = new TreeMap<>();

    MostWaiting(Steps steps) {
        this.steps = steps;
    }

    @Override
    public void row(long minute, String pool, int level, byte[] figures) {
        Figures read = new Figures();
        read.add(figures);
        List<Long> peaks =
                byPool.computeIfAbsent(pool, unknown -> new ArrayList<>(Collections.nCopies(steps.count(), 0L)));
        int step = steps.of(minute);
        Long unused = peaks.set(step, Math.max(peaks.get(step), read.peakWaiting()));
    }

    Map<String, List<Long>> byPool() {
        return byPool;
    }
}
