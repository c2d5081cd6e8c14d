// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Lease;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;
import io.anteroom.event.QueueEvent;
import io.anteroom.protocol.Refusals;
import io.anteroom.protocol.TicketView;
import io.anteroom.protocol.TicketView.State;
import io.anteroom.rate.Toll;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** One ticket: it waits, its slot is reserved, and a request takes it; or it ends otherwise. Safe from any thread. */
final class BookedTicket implements Waiter, Watched {
    private static final int MAX_WATCHES = 4;

    private final TicketBook book;
    private final String id;
    private final Ask ask;
    private final Instant created = Instant.now();
    private final AtomicReference<Stage> stage;
    private final AtomicReference<@Nullable Future<?>> next = new AtomicReference<>();
    private final AtomicInteger watches = new AtomicInteger();
    private volatile @Nullable Ticket place;

    /** What can be seen of it at once. */
    private record Stage(
            State state, @Nullable Lease lease, @Nullable Refusal refusal, Instant expires) {

        /** Over without having run. */
        static Stage ended(State how, @Nullable Refusal refusal) {
            return new Stage(how, null, refusal, Instant.now().plus(TicketBook.REMEMBERED));
        }

        Stage claimed() {
            return new Stage(State.CLAIMED, null, null, expires);
        }
    }

    BookedTicket(TicketBook book, String id, Ask ask, Duration longestWait) {
        this.book = book;
        this.id = id;
        this.ask = ask.withoutBody();
        this.stage = new AtomicReference<>(new Stage(State.QUEUED, null, null, created.plus(longestWait)));
    }

    String id() {
        return id;
    }

    Ask ask() {
        return ask;
    }

    boolean isOf(String caller) {
        return ask.arrival().caller().key().equals(caller);
    }

    @Override
    public State state() {
        return stage.get().state();
    }

    @Override
    public int position() {
        Ticket waiting = place;
        return waiting == null ? 0 : waiting.status().position();
    }

    /** The pool has given it a place; perhaps its turn has come already. */
    void waits(Ticket place) {
        this.place = place;
        book.waits(this, place);
        if (state() != State.QUEUED) {
            book.leaves(this, place);
        }
    }

    private void leaves() {
        Ticket waiting = place;
        if (waiting != null) {
            book.leaves(this, waiting);
        }
    }

    @Override
    public void admitted(Lease lease) {
        Instant until = Instant.now().plus(book.claimWithin());
        if (move(State.QUEUED, new Stage(State.READY, lease, null, until))) {
            leaves();
            book.ready(this);
            if (state() != State.READY) {
                // Cancelled or claimed meanwhile: what was to happen then has just been called off.
                book.over(this);
            }
        } else {
            lease.close();
        }
    }

    @Override
    public void refused(Refusal refusal) {
        State how = switch (refusal.code()) {
            case WAIT_TIMEOUT -> State.EXPIRED;
            case CANCELLED -> State.CANCELLED;
            default -> State.REFUSED;
        };
        if (move(State.QUEUED, Stage.ended(how, refusal))) {
            end(refusal);
        }
    }

    /** Takes its slot, once; null if there is none, or none any more. */
    @Nullable Lease claim() {
        Stage ready = stage.get();
        Lease lease = ready.lease();
        if (ready.state() != State.READY || lease == null || !stage.compareAndSet(ready, ready.claimed())) {
            return null;
        }
        if (lease.claim()) {
            book.over(this);
            return lease;
        }
        return missed();
    }

    /** Hands its slot over to another node, once; null if there is none, or none any more. */
    @Nullable Lease handOver() {
        Stage ready = stage.get();
        Lease lease = ready.lease();
        if (ready.state() != State.READY || lease == null || !stage.compareAndSet(ready, ready.claimed())) {
            return null;
        }
        if (ask.pool().letGo(lease.id())) {
            book.over(this);
            return lease;
        }
        return missed();
    }

    private @Nullable Lease missed() {
        stage.set(Stage.ended(State.EXPIRED, null));
        end(null);
        return null;
    }

    /** Its reserved slot has gone to the next if nobody has come. */
    void lapse() {
        Stage ready = stage.get();
        Lease lease = ready.lease();
        if (ready.state() == State.READY && stage.compareAndSet(ready, Stage.ended(State.EXPIRED, null))) {
            if (lease != null) {
                lease.close();
            }
            end(null);
        }
    }

    /** Its owner gives it up. */
    void cancel() {
        // Its turn may come at this very moment: then it is the slot that is given up.
        Stage before = stage.getAndUpdate(now -> now.state().isOver() ? now : Stage.ended(State.CANCELLED, null));
        if (!before.state().isOver()) {
            Lease lease = before.lease();
            Ticket waiting = place;
            if (lease != null) {
                lease.close();
            } else if (waiting != null) {
                waiting.abandon();
            }
            end(null);
        }
    }

    /** The same for good: it is as if it had never been. */
    void giveUp() {
        cancel();
        book.drop(this);
    }

    private boolean move(State from, Stage to) {
        Stage before = stage.get();
        return before.state() == from && stage.compareAndSet(before, to);
    }

    /** Over without having run. */
    private void end(@Nullable Refusal refusal) {
        leaves();
        giveBackToll();
        book.over(this);
        Refusal.Code code = refusal == null ? Refusal.Code.ABSENT : refusal.code();
        book.givenUp(this, ask.event(QueueEvent.Kind.GIVEN_UP, waited(), 0, Duration.ZERO, code));
    }

    /** What was paid for it is given back: it has not run, or what runs pays for itself. */
    void giveBackToll() {
        Toll toll = ask.toll();
        if (toll != null) {
            toll.giveBack();
        }
    }

    @Override
    public boolean watched() {
        return watches.getAndUpdate(now -> Math.min(MAX_WATCHES, now + 1)) < MAX_WATCHES;
    }

    @Override
    public void unwatched() {
        watches.decrementAndGet();
    }

    /** What happens to it next if nobody does anything, in place of what would have happened; null for nothing. */
    void next(@Nullable Future<?> timer) {
        Future<?> before = next.getAndSet(timer);
        if (before != null) {
            before.cancel(false);
        }
    }

    boolean hasNext() {
        return next.get() != null;
    }

    private Duration waited() {
        Ticket waiting = place;
        return waiting == null ? Duration.ZERO : waiting.status().waited();
    }

    @Override
    public TicketView view(String url) {
        Stage now = stage.get();
        Ticket waiting = place;
        Refusal refusal = now.refusal();
        String reason = refusal == null ? null : Refusals.kind(refusal.code()).reason();
        boolean isQueued = now.state() == State.QUEUED && waiting != null;
        return new TicketView(
                id,
                now.state(),
                ask.pool().name(),
                isQueued && waiting != null ? waiting.status() : null,
                waited(),
                created,
                now.expires(),
                reason,
                url);
    }
}
