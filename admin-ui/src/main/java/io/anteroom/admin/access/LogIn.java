// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import java.time.Duration;

/** What became of a log-in. */
public sealed interface LogIn {
    /**
     * A session is open.
     *
     * @param principal who has logged in, with its CSRF token
     * @param secret what the cookie carries; written by {@link Access#open}
     */
    record Opened(Principal principal, String secret) implements LogIn {
        /** Never the secret. */
        @Override
        public String toString() {
            return "Opened[" + principal + "]";
        }
    }

    /**
     * No session was opened.
     *
     * @param why the reason
     * @param retryAfter when it may be tried again; zero for at once
     */
    record Refused(Why why, Duration retryAfter) implements LogIn {}

    /** Reasons. */
    enum Why {
        /** No such user, another password, or the user is disabled: which of these is not told. */
        WRONG,
        /** Too many wrong passwords before. */
        THROTTLED,
        /** Too many log-ins at this moment. */
        BUSY,
        /** A password would go over the network in clear. */
        INSECURE
    }
}
