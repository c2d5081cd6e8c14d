// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.util.concurrent.ThreadFactory;

/** Threads that keep no JVM from ending. */
final class Daemons {
    private Daemons() {}

    static ThreadFactory named(String name) {
        return task -> {
            Thread thread = new Thread(task, name);
            thread.setDaemon(true);
            return thread;
        };
    }
}
