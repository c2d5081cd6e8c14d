// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import io.anteroom.contract.client.Call;
import java.util.ArrayDeque;
import java.util.Deque;

/** Connections that nobody reads from any more, kept open for a while; the oldest is closed when there are many. */
final class Stalled implements AutoCloseable {
    private static final int MOST = 64;

    private final Deque<Call> calls = new ArrayDeque<>();

    synchronized void add(Call call) {
        calls.addLast(call);
        if (calls.size() > MOST) {
            calls.removeFirst().close();
        }
    }

    @Override
    public synchronized void close() {
        calls.forEach(Call::close);
        calls.clear();
    }
}
