// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.WaitingTicket;
import io.anteroom.protocol.StatusDocuments.BatchView;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is known of requests that wait, here and on other nodes, for operators. Safe from any thread. */
public final class Requests {
    private final Live live;
    private final DistantFacts distant;

    Requests(Live live) {
        this.live = live;
        this.distant = new DistantFacts(live.elsewhere()::facts, System::nanoTime);
    }

    /**
     * A request that waits.
     *
     * @param id its id, its client's own or ours
     * @param model the model that it asks for, or null
     * @param api the API that its client speaks, as {@code openai_chat}
     */
    public record Facts(String id, @Nullable String model, String api) {}

    static Facts facts(Ask ask) {
        return new Facts(ask.id(), ask.manner().model(), ask.dialect().name().toLowerCase(Locale.ROOT));
    }

    /**
     * Has {@link #find} know those of other nodes, too, the first {@value DistantFacts#MOST_ASKED} of them. Waits for a
     * call to other nodes at most, and only if there is something new to ask.
     *
     * @param waiting who waits in the pool
     */
    public void learn(String pool, List<WaitingTicket> waiting) {
        if (!live.elsewhere().hasOthers()) {
            return;
        }
        List<WaitingTicket> elsewhere = new ArrayList<>();
        for (WaitingTicket one : waiting) {
            if (elsewhere.size() < DistantFacts.MOST_ASKED && live.requests().at(pool, one.id()) == null) {
                elsewhere.add(one);
            }
        }
        distant.learn(pool, elsewhere);
    }

    /** Who waits with a ticket of a pool, or null if that is not known here; never asks anybody. */
    public @Nullable Facts find(String pool, long ticket) {
        Ask ask = live.requests().at(pool, ticket);
        return ask == null ? distant.find(pool, ticket) : facts(ask);
    }

    /**
     * What became of the requests of a batch, whosoever they are, on all nodes that answer in time; or null if nothing
     * is known of it.
     */
    public @Nullable BatchView batch(String name) {
        List<long[]> counts = live.elsewhere().batch(name);
        long[] here = live.batches().counts(name);
        if (here != null) {
            counts.add(here);
        }
        return counts.isEmpty() ? null : Batches.sum(name, counts);
    }
}
