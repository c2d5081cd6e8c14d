// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.hazelcast.Courier.Flight;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Carries the batches of one pool to where its state is, and makes that state where there is none. */
final class Sender {
    private static final Logger LOG = System.getLogger(Sender.class.getName());

    /** Each has a thread of the node's until it is answered. */
    private static final int MOST_CREATING = 2;

    private final AtomicInteger creating = new AtomicInteger();
    private final String pool;
    private final PoolsContext context;

    /** Told how a flight ended. */
    interface Landing {
        void landed(Flight flight, @Nullable Reply reply);
    }

    Sender(String pool, PoolsContext context) {
        this.pool = pool;
        this.context = context;
    }

    /** Sends a batch; the landing is on a thread of the node's, and always comes. */
    void launch(Flight flight, Landing landing) {
        try {
            var unused = context.states()
                    .submitToKey(
                            pool, new PoolStep(flight.batch(), context.node().wire()))
                    .toCompletableFuture()
                    .whenCompleteAsync(
                            (reply, error) -> land(flight, reply, error, landing),
                            context.node().workers());
        } catch (RuntimeException e) {
            land(flight, null, e, landing);
        }
    }

    private void land(Flight flight, @Nullable Reply reply, @Nullable Throwable error, Landing landing) {
        if (error != null) {
            LOG.log(Level.DEBUG, "pool '" + pool + "': a call to the cluster failed", error);
        }
        landing.landed(flight, error == null ? reply : null);
        if (reply != null) {
            reply.others().forEach((node, mail) -> context.node().tell(node, new Note.Post(pool, mail)));
        }
    }

    /**
     * Makes the state anew: of a pool that is new, or when all who had it are gone.
     *
     * @param expected how many nodes the one before expected, as far as this node knows
     * @param had how many of this node's requests ran then
     * @return whether that went well
     */
    boolean create(PoolSettings settings, PoolMode mode, int expected, int had) {
        if (creating.getAndIncrement() >= MOST_CREATING) {
            creating.decrementAndGet();
            return false;
        }
        ClusterNode node = context.node();
        SharedPool fresh = new SharedPool(settings, mode, node.beginning(expected, had));
        try {
            if (context.states().putIfAbsent(pool, fresh) == null) {
                node.tellAll(new Note.Anew(pool));
            }
            return true;
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "pool '" + pool + "': its state was not made", e);
            return false;
        } finally {
            creating.decrementAndGet();
        }
    }
}
