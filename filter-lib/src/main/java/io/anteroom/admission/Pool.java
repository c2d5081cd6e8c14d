// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The slots before one group of backends, with the queue for them. Safe from any thread; nothing here blocks on
 * anything but a short lock.
 */
public interface Pool {
    /** Its name, as in the settings. */
    String name();

    /**
     * Asks for a slot.
     *
     * @param arrival what is asked for
     * @param waiter told once how the wait ends, if the answer is a {@link Ticket}
     */
    Admission offer(Arrival arrival, Waiter waiter);

    /**
     * A caller is back at the place that was {@linkplain Ticket#keep kept} for it.
     *
     * @param bytes what its body takes while it waits on
     * @param waiter told once how the wait ends, if the answer is a {@link Ticket}
     * @return the ticket, or a refusal that leaves the place as it is, or null if the place is gone or taken
     */
    @Nullable Admission rejoin(long ticket, long bytes, Waiter waiter);

    /** What the pool is set to. */
    PoolSettings settings();

    /**
     * Changes the settings. Raising a number admits at once through the same path as a release; lowering one never
     * interrupts work: the pool drains to the new value.
     */
    void configure(PoolSettings settings);

    /** Holds, resumes, drains or closes; see {@link PoolMode}. */
    void mode(PoolMode mode);

    /**
     * Lets at most so many of the {@link PoolSettings#slots()} be used, for what is known of the backends: they may
     * have less room than was promised, or serve others besides. Lowering drains as {@link #configure} does, and the
     * settings stay as they are. Several may know something of the backends: the least that any of them has said last
     * counts.
     *
     * @param source who says so: one of a few names that are written in the code
     * @param most at least 1; what exceeds the slots of the settings changes nothing, and {@link Integer#MAX_VALUE}
     *     takes back what this source has said
     */
    void limitSlots(String source, int most);

    /** {@link #limitSlots(String, int)} by an operator, or by an application that is the only one to know. */
    default void limitSlots(int most) {
        limitSlots("", most);
    }

    /**
     * Has an open pool hold, as in {@link PoolMode#HOLDING}, for what is known of the backends: that there are none to
     * go to at the moment. Beside {@link #mode}, which has the last word: an operator's hold stays when this one ends,
     * and {@link PoolMode#OPEN}, told to a pool that is held so, opens it until all have said that it need not be held.
     *
     * <p>In a cluster each node speaks for itself: the pool is held while one of them says so and none the contrary. A
     * node that has said nothing yet, cannot be heard or has left counts for neither. Who says something goes on saying
     * it, every few seconds: the cluster may have lost it.
     *
     * @param source who says so: one of a few names that are written in the code
     */
    void hold(String source, boolean holds);

    /** Figures as of now. */
    PoolSnapshot snapshot();

    /** The first {@code limit} who wait, in order. */
    List<WaitingTicket> waiting(int limit);

    /** The standing of one ticket, or null if it does not wait. */
    @Nullable QueueStatus status(long ticket);

    /** Ends a wait with {@link Refusal.Code#CANCELLED}; false if that ticket does not wait. */
    boolean cancel(long ticket);

    /**
     * The same, with something that its caller is told besides.
     *
     * @param note why, on one line, at most {@value Refusal#LONGEST_NOTE} characters
     */
    default boolean cancel(long ticket, String note) {
        return cancel(ticket);
    }

    /**
     * Lets go of a place that is kept, or of a slot that is reserved, for another node to {@linkplain #adopt adopt}.
     * Its waiter is not told of it any more.
     *
     * @return whether it was there, and not taken
     */
    default boolean letGo(long ticket) {
        return false;
    }

    /**
     * Takes over a place that another node has kept, for a caller who is back, or a slot that it has reserved, for whom
     * it was.
     *
     * @param arrival what the caller asks for now; its place stays as it was
     * @param waited how long it has waited
     * @param waiter told once how the wait ends, if the answer is a {@link Ticket}
     * @return the ticket, or the lease, or null if that place or slot is gone or taken
     */
    default @Nullable Admission adopt(long ticket, Arrival arrival, Duration waited, Waiter waiter) {
        return null;
    }

    /** Moves a waiting ticket to another level, keeping its moment of arrival; false if that ticket does not wait. */
    boolean move(long ticket, Priority priority);
}
