// SPDX-License-Identifier: Apache-2.0
package io.anteroom.event;

/**
 * Told what happens to each request, on the thread where it happens, which is often the pool's own: it must be quick
 * and must not block. What it throws is logged and otherwise ignored.
 */
@FunctionalInterface
public interface QueueListener {
    /** Something happened. */
    void on(QueueEvent event);
}
