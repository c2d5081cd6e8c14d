// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import java.util.List;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Collects what the filter logs while it is open. */
final class LogCapture extends Handler implements AutoCloseable {
    private final Logger logger = Logger.getLogger("io.anteroom");
    private final List<String> lines;

    LogCapture(List<String> lines) {
        this.lines = lines;
        setLevel(Level.ALL);
        logger.addHandler(this);
    }

    String name() {
        return logger.getName();
    }

    @Override
    public void publish(LogRecord entry) {
        synchronized (lines) {
            lines.add(entry.getMessage());
            for (Throwable cause = entry.getThrown(); cause != null; cause = cause.getCause()) {
                lines.add(String.valueOf(cause.getMessage()));
            }
        }
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        logger.removeHandler(this);
    }
}
