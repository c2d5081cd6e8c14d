// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.Ticket;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueListener;
import io.anteroom.gateway.sim.SlotObserver;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Writes down what client, gateway and model tell of each request, by its number. */
final class Ledger implements SlotObserver, QueueListener {
    private static final String PREFIX = "replay-";

    private final List<Entry> entries;
    private final CompletionRate rate;
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();

    Ledger(Plan plan) {
        rate = new CompletionRate(plan.settings().speed());
        entries = plan.requests().stream().map(Entry::new).toList();
    }

    List<Entry> entries() {
        return entries;
    }

    /** The id under which a request is known to the gateway. */
    static String id(Entry entry) {
        return PREFIX + entry.request.number();
    }

    int waiting() {
        return waiting.get();
    }

    int running() {
        return running.get();
    }

    int answered() {
        return answered.get();
    }

    void answered(Entry entry, Outcome outcome, @Nullable String surprise) {
        entry.outcome = outcome;
        entry.surprise = surprise;
        entry.answered = System.nanoTime();
        answered.incrementAndGet();
    }

    @Override
    public void started(long id, long nanos) {
        Entry entry = entry(id);
        if (entry != null) {
            entry.started = nanos;
            running.incrementAndGet();
        }
    }

    @Override
    public void ended(long id, long nanos) {
        Entry entry = entry(id);
        if (entry != null) {
            entry.ended = nanos;
            running.decrementAndGet();
        }
    }

    @Override
    public void waits(String requestId, Ticket ticket) {
        Entry entry = entry(number(requestId));
        if (entry != null) {
            QueueStatus status = ticket.status();
            entry.estimate = status.estimate().orElse(null);
            entry.naiveNanos = rate.estimateNanos(status.position(), System.nanoTime());
        }
    }

    @Override
    public void on(QueueEvent event) {
        Entry entry = entry(number(event.requestId()));
        if (entry == null) {
            return;
        }
        long now = System.nanoTime();
        switch (event.kind()) {
            case QUEUED -> {
                entry.queued = now;
                waiting.incrementAndGet();
            }
            case ADMITTED -> {
                leave(entry, now);
                entry.leased = now;
            }
            case SHED, EXPIRED, ABANDONED, KEPT -> leave(entry, now);
            case RELEASED -> {
                entry.released = now;
                rate.completed(now);
            }
            case REFUSED, GIVEN_UP, FELL_BACK -> {}
        }
    }

    private void leave(Entry entry, long now) {
        if (entry.queued != 0) {
            entry.left = now;
            waiting.decrementAndGet();
        }
    }

    private static long number(String id) {
        boolean ours = id.startsWith(PREFIX) && id.length() < PREFIX.length() + 10;
        return ours ? Long.parseLong(id.substring(PREFIX.length())) : -1;
    }

    private @Nullable Entry entry(long number) {
        return number >= 0 && number < entries.size() ? entries.get((int) number) : null;
    }
}
