// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.cli;

import io.anteroom.gateway.replay.Progress;
import java.io.PrintWriter;

/** A bar that is drawn over itself on a terminal; elsewhere a line now and then. */
final class ProgressBar implements Progress {
    private static final int WIDTH = 30;
    private static final int LINE_EVERY = 10;

    private final PrintWriter out;
    private final boolean terminal = Terminal.isInteractive();
    private final long start = System.nanoTime();
    private int calls;
    private boolean drawn;

    ProgressBar(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void at(int answered, int all, int waiting, int running) {
        boolean due = terminal || (calls % LINE_EVERY == 0 && answered < all);
        calls++;
        if (!due) {
            return;
        }
        int full = (int) ((long) WIDTH * answered / Math.max(1, all));
        long seconds = (System.nanoTime() - start) / 1_000_000_000L;
        String bar = "[%s%s] %,d of %,d, %,d waiting, %,d running, %d s"
                .formatted("#".repeat(full), ".".repeat(WIDTH - full), answered, all, waiting, running, seconds);
        out.print(terminal ? "\r\u001b[K" + bar : bar + System.lineSeparator());
        out.flush();
        drawn = terminal;
    }

    /** Leaves the line. */
    void end() {
        if (drawn) {
            out.println();
            out.flush();
            drawn = false;
        }
    }
}
