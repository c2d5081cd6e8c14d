// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** The log of the filter: one line per message, whatever a client put into it. */
final class Log {
    private static final Logger LOG = System.getLogger("io.anteroom");
    private static final int MAX = 500;

    private Log() {}

    static void info(String message) {
        LOG.log(Level.INFO, () -> oneLine(message));
    }

    static void debug(String message, @Nullable Throwable cause) {
        if (LOG.isLoggable(Level.DEBUG)) {
            LOG.log(Level.DEBUG, oneLine(message), cause);
        }
    }

    static void warn(String message) {
        LOG.log(Level.WARNING, () -> oneLine(message));
    }

    static void warn(String message, Throwable cause) {
        LOG.log(Level.WARNING, oneLine(message), cause);
    }

    /** Control characters, which could forge lines or steer a terminal, come out as their code. */
    static String oneLine(String text) {
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < Math.min(MAX, text.length()); i++) {
            char c = text.charAt(i);
            if (c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029) {
                line.append(String.format("\\u%04x", (int) c));
            } else {
                line.append(c);
            }
        }
        return text.length() > MAX ? line.append("...").toString() : line.toString();
    }
}
