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
 * the middle of the ratios takes the bias out and their spread gives the range. The width of the range adapts so that
 * about four waits in five fall into it (after adaptive conformal inference, Gibbs and Candes 2021: here it is the
 * spread that is stretched, because the ratios of a whole minute can lie beyond all that were seen before).
 */
final class Calibration {
    private static final int PLACES = 16;
    private static final double UNIT = 1024;
    private static final int LONGEST_RATIO = 1 << 24;
    /** A little less than one in five: feedback comes as late as the waits are long. */
    private static final double TARGET_MISS = 0.19;
    /** Small, for the same reason: a minute of waits is announced before the first of them is known. */
    private static final double STEP = 0.006;

    private static final double LIKELY = 0.58;
    private static final double EDGE = 0.1;
    private static final double WIDEST = 16;
    private static final double LEAST_SPREAD = 1.03;

    /** For each level the places in the flow, then one for the whole level. */
    private final @Nullable Window[][] windows = new Window[Priority.COUNT][PLACES + 1];

    private final double[] widths = new double[Priority.COUNT];

    Calibration() {
        Arrays.fill(widths, 1);
    }

    /**
     * Fills in low, likely and high for {@code rawNanos} of work ahead, for those who get in: within {@code mostNanos},
     * the longest that anybody would wait. False if too little is known.
     */
    boolean estimate(Priority priority, int placeInFlow, long rawNanos, long mostNanos, long[] lowLikelyHigh) {
        Window window = known(priority, placeInFlow);
        if (window == null) {
            return false;
        }
        int middle = window.quantile(LIKELY);
        double width = widths[priority.ordinal()];
        long likely = scaled(rawNanos, middle);
        long reached = Math.min(likely, mostNanos);
        lowLikelyHigh[0] = (long) (reached / stretch(middle, window.quantile(EDGE), width));
        lowLikelyHigh[1] = reached;
        lowLikelyHigh[2] =
                (long) Math.min((double) mostNanos, reached * stretch(window.quantile(1 - EDGE), middle, width));
        return true;
    }

    /** The median of the waits for work of that length, however long; 0 if too little is known. */
    long median(Priority priority, int placeInFlow, long rawNanos) {
        Window window = known(priority, placeInFlow);
        return window == null ? 0 : scaled(rawNanos, window.quantile(0.5));
    }

    /** How far an edge of the range lies from its middle: their ratio to the power of the width. */
    private static double stretch(int upper, int lower, double width) {
        double spread = (double) Math.max(1, upper) / Math.max(1, lower);
        return StrictMath.pow(Math.max(LEAST_SPREAD, spread), width);
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
        double moved = widths[level] * (1 + STEP * ((inside ? 0 : 1) - TARGET_MISS));
        widths[level] = Math.min(WIDEST, Math.max(1 / WIDEST, moved));
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
        for (double width : widths) {
            out.writeDouble(width);
        }
    }

    void load(DataInput in, int version) throws IOException {
        for (@Nullable Window[] ofLevel : windows) {
            for (int i = 0; i < ofLevel.length; i++) {
                ofLevel[i] = in.readBoolean() ? Window.load(in) : null;
            }
        }
        for (int i = 0; i < widths.length; i++) {
            // Earlier versions had something else here, of another measure.
            double width = in.readDouble();
            widths[i] = version >= MachineCodec.WITH_WIDTHS ? width : 1;
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
