// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What waits really were, relative to what the work ahead said, for each level and place in the own flow (by powers of
 * two): the last {@value Window#SIZE} ratios of each. Under a fair order others overtake, so the raw figure is biased;
 * the median ratio takes the bias out and the spread gives the range. The level of the range adapts so that about four
 * waits in five fall into it (adaptive conformal inference, Gibbs and Candes 2021). Where waits drift together, as in
 * the one line of an overloaded pool, those to come lie outside of all that a window has seen: then the level falls
 * below zero, and the range is spread beyond the window.
 */
final class Calibration {
    private static final int PLACES = 16;
    private static final double UNIT = 1024;
    private static final int LONGEST_RATIO = 1 << 24;
    private static final double TARGET_MISS = 0.2;
    private static final double STEP = 0.003;
    /** The quantiles next to the end of a window; a range that has to be wider is spread beyond them. */
    private static final double OUTERMOST = 0.05;

    private static final double LARGEST_SPREAD = 0.5;
    private static final double SPREADING = 8;
    /** Somewhat above the median, since that is too hopeful for the waits that are long enough to matter. */
    private static final double LIKELY = 0.57;

    /** For each level the places in the flow, then one for the whole level. */
    private final @Nullable Window[][] windows = new Window[Priority.COUNT][PLACES + 1];

    private final double[] outside = new double[Priority.COUNT];

    Calibration() {
        Arrays.fill(outside, TARGET_MISS);
    }

    /**
     * Fills the range of a wait of {@code rawNanos} by the work ahead, and its median; false if too little is known.
     */
    boolean estimate(Priority priority, int placeInFlow, long rawNanos, long[] lowLikelyHighMedian) {
        Window window = known(priority, placeInFlow);
        if (window == null) {
            return false;
        }
        double level = outside[priority.ordinal()];
        double half = Math.max(level, OUTERMOST) / 2;
        double spread = 1 + SPREADING * Math.max(0, OUTERMOST - level);
        int likely = window.quantile(LIKELY);
        int low = Math.min(likely, window.quantile(half));
        int high = Math.max(likely, window.quantile(1 - half));
        lowLikelyHighMedian[0] = scaled(rawNanos, spread(likely, low, spread));
        lowLikelyHighMedian[1] = scaled(rawNanos, likely);
        lowLikelyHighMedian[2] = scaled(rawNanos, spread(likely, high, spread));
        lowLikelyHighMedian[3] = scaled(rawNanos, window.quantile(0.5));
        return true;
    }

    /** As many times as far from the middle, as ratios go. */
    private static int spread(int likely, int end, double times) {
        double from = Math.max(1, likely);
        return times == 1 ? end : (int) Math.min(LONGEST_RATIO, from * Math.pow(end / from, times));
    }

    /** A wait ended in an admission. */
    void observe(Priority priority, int placeInFlow, long rawNanos, long waitedNanos) {
        add(priority, placeInFlow, ratio(rawNanos, waitedNanos));
    }

    /**
     * A wait was given up: all that is known is that it would have been longer. That says something only if it raises
     * the estimate, which is the work ahead itself while nothing is known.
     */
    void observeGivenUp(Priority priority, int placeInFlow, long rawNanos, long waitedNanos) {
        int ratio = ratio(rawNanos, waitedNanos + waitedNanos / 4);
        Window window = known(priority, placeInFlow);
        int median = window == null ? (int) UNIT : window.quantile(0.5);
        if (ratio > median) {
            add(priority, placeInFlow, ratio);
        }
    }

    /** Whether a wait fell into the range that was announced for it. */
    void observeRange(Priority priority, boolean inside) {
        int level = priority.ordinal();
        double moved = outside[level] + STEP * (TARGET_MISS - (inside ? 0 : 1));
        outside[level] = Math.min(0.6, Math.max(-LARGEST_SPREAD, moved));
    }

    private void add(Priority priority, int placeInFlow, int ratio) {
        @Nullable Window[] ofLevel = windows[priority.ordinal()];
        window(ofLevel, place(placeInFlow)).add(ratio);
        window(ofLevel, PLACES).add(ratio);
    }

    private @Nullable Window known(Priority priority, int placeInFlow) {
        @Nullable Window[] ofLevel = windows[priority.ordinal()];
        Window exact = ofLevel[place(placeInFlow)];
        if (exact != null && exact.isKnown()) {
            return exact;
        }
        Window whole = ofLevel[PLACES];
        return whole != null && whole.isKnown() ? whole : null;
    }

    private static Window window(@Nullable Window[] ofLevel, int place) {
        Window window = ofLevel[place];
        if (window == null) {
            window = new Window();
            ofLevel[place] = window;
        }
        return window;
    }

    private static int place(int placeInFlow) {
        return Math.min(PLACES - 1, 32 - Integer.numberOfLeadingZeros(placeInFlow));
    }

    private static int ratio(long rawNanos, long waitedNanos) {
        return (int) Math.min(LONGEST_RATIO, UNIT * waitedNanos / Math.max(1, rawNanos));
    }

    private static long scaled(long rawNanos, int ratio) {
        return (long) (rawNanos * (ratio / UNIT));
    }

    void save(DataOutput out) throws IOException {
        for (@Nullable Window[] ofLevel : windows) {
            for (Window window : ofLevel) {
                out.writeBoolean(window != null);
                if (window != null) {
                    window.save(out);
                }
            }
        }
        for (double share : outside) {
            out.writeDouble(share);
        }
    }

    void load(DataInput in) throws IOException {
        for (@Nullable Window[] ofLevel : windows) {
            for (int i = 0; i < ofLevel.length; i++) {
                ofLevel[i] = in.readBoolean() ? Window.load(in) : null;
            }
        }
        for (int i = 0; i < outside.length; i++) {
            outside[i] = in.readDouble();
        }
    }

    /** The last ratios, by age and by size. */
    static final class Window {
        static final int SIZE = 150;
        private static final int ENOUGH = 25;

        private final int[] byAge = new int[SIZE];
        private final int[] bySize = new int[SIZE];
        private int count;
        private int next;

        boolean isKnown() {
            return count >= ENOUGH;
        }

        void add(int ratio) {
            if (count == SIZE) {
                int gone = Arrays.binarySearch(bySize, 0, count, byAge[next]);
                System.arraycopy(bySize, gone + 1, bySize, gone, count - gone - 1);
                count--;
            }
            int found = Arrays.binarySearch(bySize, 0, count, ratio);
            int place = found < 0 ? -found - 1 : found;
            System.arraycopy(bySize, place, bySize, place + 1, count - place);
            bySize[place] = ratio;
            byAge[next] = ratio;
            next = (next + 1) % SIZE;
            count++;
        }

        int quantile(double q) {
            return bySize[(int) Math.min(count - 1, Math.round(q * (count - 1)))];
        }

        void save(DataOutput out) throws IOException {
            out.writeInt(count);
            for (int i = 0; i < count; i++) {
                out.writeInt(byAge[(next - count + i + SIZE) % SIZE]);
            }
        }

        static Window load(DataInput in) throws IOException {
            Window window = new Window();
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                window.add(in.readInt());
            }
            return window;
        }
    }
}
