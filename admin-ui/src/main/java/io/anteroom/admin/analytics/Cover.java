// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import io.anteroom.admin.analytics.AnalyticsStore.Range;
import java.util.ArrayList;
import java.util.List;

/** Which rows make up a period: as few as may be, each minute once. */
final class Cover {
    private Cover() {}

    /**
     * The rows of a period.
     *
     * @param from minutes since 1970
     * @param to the first minute that is not meant any more
     * @param step no row goes over a multiple of it, in minutes
     */
    static List<Range> of(long from, long to, long step) {
        List<Range> ranges = new ArrayList<>();
        cover(from, to, AnalyticsStore.SPANS.size() - 1, step, ranges);
        return ranges;
    }

    private static void cover(long from, long to, int span, long step, List<Range> ranges) {
        if (from >= to) {
            return;
        }
        int minutes = AnalyticsStore.SPANS.get(span);
        if (span == 0) {
            ranges.add(new Range(minutes, from, to));
            return;
        }
        long first = -Math.floorDiv(-from, (long) minutes) * minutes;
        long last = Math.floorDiv(to, (long) minutes) * minutes;
        if (first >= last || step % minutes != 0) {
            cover(from, to, span - 1, step, ranges);
            return;
        }
        cover(from, first, span - 1, step, ranges);
        ranges.add(new Range(minutes, first, last));
        cover(last, to, span - 1, step, ranges);
    }
}
