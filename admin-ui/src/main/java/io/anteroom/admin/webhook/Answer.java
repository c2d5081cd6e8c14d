// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How one attempt went.
 *
 * @param status the status of the answer, 0 if there was none
 * @param took how long it took
 * @param snippet the beginning of the answer's body
 * @param error what went wrong, empty if there was an answer
 * @param retryAfter when the receiver wants the next attempt, or null if it did not say
 */
record Answer(
        int status,
        Duration took,
        String snippet,
        String error,
        @Nullable Duration retryAfter) {
    private static final int GONE = 410;

    static Answer failed(String error, Duration took) {
        return new Answer(0, took, "", error, null);
    }

    boolean isSuccess() {
        return error.isEmpty() && status >= 200 && status < 300;
    }

    /** The receiver wants nothing any more. */
    boolean isGone() {
        return status == GONE;
    }

    /** In a few words. */
    String text() {
        if (!error.isEmpty()) {
            return error;
        }
        return status >= 300 && status < 400
                ? "status " + status + ", a redirect, which is not followed"
                : "status " + status;
    }
}
