// SPDX-License-Identifier: Apache-2.0
package io.anteroom.backend;

import java.io.IOException;

/**
 * Asks one backend how it is. Implementations may block for a few seconds; {@link BackendWatch} calls them on a thread
 * of its own, one call at a time.
 */
public interface BackendStatus {
    /**
     * Asks now.
     *
     * @throws IOException if it does not answer, or not in the form that its kind promises
     * @throws InterruptedException if the watch is being closed
     */
    BackendReading read() throws IOException, InterruptedException;
}
