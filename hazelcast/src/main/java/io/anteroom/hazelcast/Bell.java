// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Whether a node is to be told that it has mail: once, until it is heard, as it then has all of it. The owner's alone
 * and no part of the state, as a word that is lost is made good by the node's next tick. Rung and silenced by the
 * state's thread, read by whoever tells.
 */
final class Bell {
    private final AtomicBoolean isOnItsWay = new AtomicBoolean();
    private volatile @Nullable Due due;

    /** Mail up to that number, after that registration. */
    record Due(long registration, long last) {}

    /** There is mail up to that number; whether somebody is to set out and tell. */
    boolean ring(long registration, long last) {
        if (due != null) {
            return false;
        }
        due = new Due(registration, last);
        return isOnItsWay.compareAndSet(false, true);
    }

    /** The node has been heard. */
    void silence() {
        if (due != null) {
            due = null;
        }
    }

    /** What is to be told, by the one who has set out; null if the node has been heard meanwhile. */
    @Nullable Due answer() {
        isOnItsWay.set(false);
        return due;
    }
}
