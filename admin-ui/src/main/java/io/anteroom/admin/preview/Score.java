// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.preview;

import io.anteroom.admin.preview.PastRequest.End;
import io.anteroom.admin.preview.PreviewReport.Figures;
import io.anteroom.admin.preview.PreviewReport.Outcome;
import io.anteroom.admission.Priority;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/** Counts how requests end. */
final class Score {
    private final Map<Priority, Counts> byLevel = new EnumMap<>(Priority.class);
    private final Counts all = new Counts();

    private static final class Counts {
        private final int[] ends = new int[End.values().length];
        private final List<Duration> waits = new ArrayList<>();

        void add(End end, Duration waited) {
            ends[end.ordinal()]++;
            if (end == End.SERVED) {
                waits.add(waited);
            }
        }

        Figures figures() {
            Collections.sort(waits);
            int arrived = 0;
            for (int count : ends) {
                arrived += count;
            }
            return new Figures(
                    arrived,
                    ends[End.SERVED.ordinal()],
                    ends[End.REFUSED.ordinal()],
                    ends[End.EXPIRED.ordinal()],
                    ends[End.SHED.ordinal()],
                    ends[End.ABANDONED.ordinal()],
                    quantile(0.5),
                    quantile(0.95));
        }

        private Duration quantile(double share) {
            return waits.isEmpty() ? Duration.ZERO : waits.get((int) Math.max(0, Math.ceil(share * waits.size()) - 1));
        }
    }

    void add(Priority priority, End end, Duration waited) {
        byLevel.computeIfAbsent(priority, level -> new Counts()).add(end, waited);
        all.add(end, waited);
    }

    Outcome outcome(double busyPercent) {
        Map<Priority, Figures> levels = new EnumMap<>(Priority.class);
        byLevel.forEach((level, counts) -> levels.put(level, counts.figures()));
        return new Outcome(Collections.unmodifiableMap(levels), all.figures(), busyPercent);
    }
}
