// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.hazelcast.Courier.Flight;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.RejectedExecutionException;
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
        /** Takes in the answer, or that there is none; what is to fly next, by the same thread, or null. */
        @Nullable Flight landed(Flight flight, @Nullable Reply reply);
    }

    Sender(String pool, PoolsContext context) {
        this.pool = pool;
        this.context = context;
    }

    /**
     * Sends a batch, and what follows it. The landing always comes: on a thread of the node's, or on the caller's
     * before this returns if there is none to be had.
     */
    void launch(Flight first, Landing landing) {
        // A second round is rare: a flight that has failed pauses the pool, unless nobody waits for it any more.
        for (Flight flight = first; flight != null && !takesOff(flight, landing); ) {
            flight = landing.landed(flight, null);
        }
    }

    /** False if this node stops, has too many calls that nobody answers, or its system gives it no more threads. */
    private boolean takesOff(Flight flight, Landing landing) {
        try {
            context.node().callers().execute(() -> fly(flight, landing));
            return true;
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            LOG.log(Level.DEBUG, "pool '" + pool + "': a call to the cluster has no thread", e);
            return false;
        }
    }

    private void fly(Flight first, Landing landing) {
        for (Flight flight = first; flight != null; ) {
            Reply reply = call(flight);
            Flight next = landing.landed(flight, reply);
            if (reply != null) {
                // Empty unless there are nodes of the first release: the owner tells the others.
                reply.others().forEach((node, mail) -> context.node().tell(node, new Note.Post(pool, mail)));
            }
            flight = next;
        }
    }

    /**
     * Blocks until it is answered. The calls that do not block have Hazelcast start two threads for each answer where
     * there are two processors or fewer, and elsewhere hand it twice through the common pool.
     */
    private @Nullable Reply call(Flight flight) {
        try {
            return context.states()
                    .executeOnKey(
                            pool, new PoolStep(flight.batch(), context.node().wire()));
        } catch (Throwable e) {
            // Errors, too, come back from the node that was called; whatever it is, the flight has to land.
            LOG.log(Level.DEBUG, "pool '" + pool + "': a call to the cluster failed", e);
            return null;
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
        } catch (Throwable e) {
            LOG.log(Level.DEBUG, "pool '" + pool + "': its state was not made", e);
            return false;
        } finally {
            creating.decrementAndGet();
        }
    }
}
