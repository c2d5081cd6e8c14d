// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Refusal;
import org.jspecify.annotations.Nullable;

/**
 * Where requests of a pool go on, outside of its slots, whose longest wait is over.
 *
 * @param name what clients and the application are told: 1 to 64 of {@code A-Z a-z 0-9 . _ -}
 * @param path the path inside the web application that they are forwarded to, or null: then they go to where they were
 *     going, and the application sees the attribute {@code io.anteroom.fallback}
 * @param model what their JSON bodies name as {@code model} from then on, or null for what they named; requests whose
 *     bodies cannot be changed, because they are not JSON or longer than the filter reads, do not go on then
 * @param byDefault whether requests go on that do not say what they want; else only those that ask for it
 * @param most how many may be there at once, beyond which requests are refused as without a fallback; 0 for any number
 */
public record Fallback(
        String name, @Nullable String path, @Nullable String model, boolean byDefault, int most) {
    private static final int LONGEST_MODEL = 256;
    private static final int MOST = 1_000_000;

    /** Checks each. */
    public Fallback {
        if (!name.matches("[A-Za-z0-9._-]{1,64}")) {
            throw new IllegalArgumentException(
                    "fallback: " + name + " (expected: a name of 1 to 64 of A-Z a-z 0-9 . _ -)");
        }
        if (path != null && !path.startsWith("/")) {
            throw new IllegalArgumentException("fallback: " + path + " (expected: a path that begins with /)");
        }
        if (model != null && (model.isBlank() || model.length() > LONGEST_MODEL)) {
            throw new IllegalArgumentException("fallback: " + model + " (expected: a model of 1 to 256 characters)");
        }
        if (most < 0 || most > MOST) {
            throw new IllegalArgumentException("fallback: " + most + " at once (expected: 0 to " + MOST + ")");
        }
    }

    /** For requests that ask for it, with the model that they name. */
    public Fallback(String name, @Nullable String path) {
        this(name, path, null, false, 0);
    }

    /** For any number of requests at once. */
    public Fallback(String name, @Nullable String path, @Nullable String model, boolean byDefault) {
        this(name, path, model, byDefault, 0);
    }

    /** The same with another model. */
    public Fallback withModel(String other) {
        return new Fallback(name, path, other, byDefault, most);
    }

    /** The same for requests that do not say what they want. */
    public Fallback withDefault(boolean forAll) {
        return new Fallback(name, path, model, forAll, most);
    }

    /** The same for so many requests at once; 0 for any number. */
    public Fallback withMost(int atOnce) {
        return new Fallback(name, path, model, byDefault, atOnce);
    }

    /** Whether requests that are refused for that go on to it: the longest wait is over, or would be. */
    static boolean isFor(Refusal.Code code) {
        return code == Refusal.Code.WAIT_TIMEOUT || code == Refusal.Code.WAIT_TOO_LONG;
    }

    /** Whether a request that says this, or null for nothing, goes on to it. */
    boolean isWanted(@Nullable Boolean asked) {
        return asked == null ? byDefault : asked;
    }
}
