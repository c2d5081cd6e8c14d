// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Lease;
import io.anteroom.admission.Ticket;
import io.anteroom.protocol.StatusDocuments.RequestView;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** How it stands with the requests of a caller that are here. */
final class Standing {
    private static final int MAX_LISTED = 100;

    private Standing() {}

    /** Its requests, those whose places are kept among them. */
    static List<RequestView> requests(Live live, String caller) {
        List<RequestView> requests = new ArrayList<>();
        live.requests().of(caller, MAX_LISTED).forEach(exchange -> requests.add(view(exchange)));
        live.places().of(caller).stream().limit(MAX_LISTED).forEach(kept -> requests.add(view(kept)));
        return requests;
    }

    /** One of them, or null. */
    static @Nullable RequestView request(Live live, String caller, String id) {
        Exchange exchange = live.requests().find(caller, id);
        if (exchange != null) {
            return view(exchange);
        }
        return live.places().of(caller).stream()
                .filter(kept -> kept.ask().id().equals(id))
                .findFirst()
                .map(Standing::view)
                .orElse(null);
    }

    private static RequestView view(Exchange exchange) {
        Ask ask = exchange.ask();
        Wait wait = exchange.waiting();
        Ticket place = wait == null ? null : wait.ticket();
        Lease lease = exchange.lease();
        Duration waited = wait == null ? Duration.ZERO : wait.waited();
        return lease != null || place == null
                ? new RequestView(
                        ask.id(), "running", ask.pool().name(), null, lease == null ? waited : lease.waited(), null)
                : new RequestView(ask.id(), "queued", ask.pool().name(), place.status(), waited, null);
    }

    private static RequestView view(KeptPlace kept) {
        Ask ask = kept.ask();
        return new RequestView(
                ask.id(),
                "kept",
                ask.pool().name(),
                kept.status(),
                kept.status().waited(),
                kept.remaining());
    }
}
