// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.protocol.StatusDocuments.BatchView;
import org.jspecify.annotations.Nullable;

/** What is known here of requests that wait, for operators. Safe from any thread. */
public final class Requests {
    private final Live live;

    Requests(Live live) {
        this.live = live;
    }

    /**
     * A request that waits.
     *
     * @param id its id, its client's own or ours
     * @param model the model that it asks for, or null
     * @param api the API that its client speaks, as {@code openai_chat}
     */
    public record Facts(String id, @Nullable String model, String api) {}

    /** Who waits with a ticket of a pool, or null if this server does not know: another may hold the connection. */
    public @Nullable Facts find(String pool, long ticket) {
        Ask ask = live.requests().at(pool, ticket);
        return ask == null
                ? null
                : new Facts(ask.id(), ask.manner().model(), ask.dialect().name().toLowerCase(java.util.Locale.ROOT));
    }

    /** What became of the requests of a batch, whosoever they are, or null if nothing is known of it here. */
    public @Nullable BatchView batch(String name) {
        return live.batches().find(name);
    }
}
