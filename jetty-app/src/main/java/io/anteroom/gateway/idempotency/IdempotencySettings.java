// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.idempotency;

import java.time.Duration;
import java.util.List;

/**
 * Which requests get the answer of the one that they repeat.
 *
 * @param paths for which paths, each a path or its beginning followed by {@code /*}; empty for none
 * @param keepFor for how long an answer is kept after its end
 * @param maxAnswer the longest answer that is kept or joined, in bytes
 * @param maxBytes how much memory all kept answers may take together, and as much again all that are under way
 */
public record IdempotencySettings(List<String> paths, Duration keepFor, int maxAnswer, long maxBytes) {
    /** For no path. */
    public static final IdempotencySettings OFF =
            new IdempotencySettings(List.of(), Duration.ofMinutes(10), 1 << 20, 64L << 20);

    /** Copies the list. */
    public IdempotencySettings {
        paths = List.copyOf(paths);
    }

    /** Whether there is anything to do. */
    public boolean isOn() {
        return !paths.isEmpty();
    }

    /** Whether a path is one of those. */
    boolean isFor(String path) {
        return paths.stream().anyMatch(pattern -> matches(pattern, path));
    }

    private static boolean matches(String pattern, String path) {
        if (!pattern.endsWith("/*")) {
            return pattern.equals(path);
        }
        String begin = pattern.substring(0, pattern.length() - 1);
        return path.startsWith(begin) || path.equals(begin.substring(0, begin.length() - 1));
    }
}
