// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

/** Told of every start and end of work, with the number that the request gave itself, else -1. */
public interface SlotObserver {
    /** Nobody. */
    SlotObserver NONE = new SlotObserver() {
        @Override
        public void started(long id, long nanos) {}

        @Override
        public void ended(long id, long nanos) {}
    };

    /** Work on a request began at this reading of {@link System#nanoTime()}. */
    void started(long id, long nanos);

    /** Work on a request ended. */
    void ended(long id, long nanos);
}
