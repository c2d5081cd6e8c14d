// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;

/** Pools whose time and threads are the test's: nothing happens but what the test lets happen. */
public interface PoolsUnderTest extends AutoCloseable {
    /** The pools. */
    Pools pools();

    /** Lets time pass: every timer that is due runs at its moment, then the calls that are pending. */
    void advance(Duration by);

    /** Runs the calls to waiters that are pending. */
    void runPending();

    @Override
    void close();
}
