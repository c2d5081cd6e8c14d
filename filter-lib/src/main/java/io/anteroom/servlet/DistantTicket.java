// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.protocol.TicketView;
import io.anteroom.protocol.TicketView.State;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A ticket of another node for one who watches it: as it was a moment ago, asked for again when somebody looks. When
 * its node has gone its place has, and that is what is told.
 */
final class DistantTicket implements Watched {
    /** Watchers of one node, of tickets of other nodes: each asks twice a second. */
    private static final int MOST = 1000;

    private static final long FRESH_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final Elsewhere elsewhere;
    private final Live live;
    private final String caller;
    private final AtomicBoolean isAsking = new AtomicBoolean();
    private volatile TicketView last;
    private volatile long askedNanos = System.nanoTime();

    DistantTicket(Elsewhere elsewhere, Live live, String caller, TicketView view) {
        this.elsewhere = elsewhere;
        this.live = live;
        this.caller = caller;
        this.last = view;
    }

    @Override
    public State state() {
        boolean isOld = !last.state().isOver() && System.nanoTime() - askedNanos > FRESH_NANOS;
        if (isOld && isAsking.compareAndSet(false, true)) {
            live.executeWatch(this::ask);
        }
        return last.state();
    }

    private void ask() {
        try {
            TicketView now = elsewhere.ticket(last.id(), caller, last.url());
            last = now == null ? lost() : now;
        } catch (Elsewhere.Away e) {
            if (e.problem().retryAfter() == null) {
                last = lost();
            }
        } finally {
            askedNanos = System.nanoTime();
            isAsking.set(false);
        }
    }

    private TicketView lost() {
        TicketView before = last;
        return new TicketView(
                before.id(),
                State.REFUSED,
                before.pool(),
                null,
                before.waited(),
                before.created(),
                before.expires(),
                "node-lost",
                before.url());
    }

    @Override
    public int position() {
        var standing = last.standing();
        return standing == null ? 0 : standing.position();
    }

    @Override
    public TicketView view(String url) {
        return last;
    }

    /** Who is one too many is answered at once. */
    @Override
    public boolean watched() {
        return live.watching() < MOST;
    }

    @Override
    public void unwatched() {}
}
