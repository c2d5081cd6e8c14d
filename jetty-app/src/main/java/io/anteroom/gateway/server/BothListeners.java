// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.admission.Ticket;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueListener;

/** Tells two. */
record BothListeners(QueueListener first, QueueListener second) implements QueueListener {
    @Override
    public void on(QueueEvent event) {
        first.on(event);
        second.on(event);
    }

    @Override
    public void waits(String requestId, Ticket ticket) {
        first.waits(requestId, ticket);
        second.waits(requestId, ticket);
    }
}
