// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * Where requests of a pool go on, outside of its slots, that ask for it and whose longest wait is over.
 *
 * @param name what clients and the application are told: 1 to 64 of {@code A-Z a-z 0-9 . _ -}
 * @param path the path inside the web application that they are forwarded to, or null: then they go to where they were
 *     going, and the application sees the attribute {@code io.anteroom.fallback}
 */
public record Fallback(String name, @Nullable String path) {
    /** Whether requests that are refused for that go on to it: the longest wait is over, or would be. */
    static boolean isFor(Refusal.Code code) {
        return code == Refusal.Code.WAIT_TIMEOUT || code == Refusal.Code.WAIT_TOO_LONG;
    }

    /** Checks both. */
    public Fallback {
        if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException(
                    "fallback: " + name + " (expected: a name of 1 to 64 of A-Z a-z 0-9 . _ -)");
        }
        if (path != null && !path.startsWith("/")) {
            throw new IllegalArgumentException("fallback: " + path + " (expected: a path that begins with /)");
        }
    }
}
