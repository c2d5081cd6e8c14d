// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Pool;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Somebody who joins the queue, runs when let in, and comes back again and again. */
final class Guest implements Waiter {
    private final Pool pool;
    private final Arrival arrival;
    private final Consumer<Guest> letIn;
    private @Nullable Lease lease;

    Guest(Pool pool, Arrival arrival, Consumer<Guest> letIn) {
        this.pool = pool;
        this.arrival = arrival;
        this.letIn = letIn;
    }

    void join() {
        if (pool.offer(arrival, this) instanceof Lease atOnce) {
            admitted(atOnce);
        }
    }

    void leave() {
        Lease held = lease;
        if (held == null) {
            throw new IllegalStateException("left without having been let in");
        }
        lease = null;
        held.close();
    }

    @Override
    public void admitted(Lease given) {
        lease = given;
        letIn.accept(this);
    }

    @Override
    public void refused(Refusal refusal) {
        if (refusal.code() != Refusal.Code.SHUTTING_DOWN) {
            throw new IllegalStateException(refusal.toString());
        }
    }
}
