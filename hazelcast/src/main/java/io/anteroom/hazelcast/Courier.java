// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Effect;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts calls into batches, one under way at a time: what comes meanwhile goes together with the next. Numbers them, so
 * that the cluster knows what it has seen, and begins anew with a registration whenever that is in doubt. Guarded by
 * the pool's lock; it sends nothing itself.
 */
final class Courier {
    private static final int MOST = 256;
    /** Number 1 is that of a node that registers without having opened the pool. */
    private static final long FIRST = 1;

    private final String node;
    private final long session;
    private final Supplier<Command.Register> held;
    private final Deque<Call> queue = new ArrayDeque<>();
    private @Nullable Flight flight;
    private boolean mustRegister = true;
    private boolean isPaused;
    private long seq = FIRST;
    private long registration;
    private long lastMail;
    private long sum;
    /** The last mail of which others have said that it is there. */
    private long announced;

    private long seen = Reply.Seen.UNKNOWN;

    /** A batch under way. */
    record Flight(Batch batch, List<Call> calls, long sinceNanos) {}

    Courier(String node, long session, Supplier<Command.Register> held) {
        this.node = node;
        this.session = session;
        this.held = held;
    }

    void add(Call call) {
        queue.add(call);
    }

    boolean isIdle() {
        return flight == null && queue.isEmpty() && !mustRegister && !hasMail();
    }

    /**
     * Whether nothing is under way, or waits to be sent, that has the cluster hear of this node and fetches its mail:
     * questions do neither.
     */
    boolean onlyAsks() {
        Flight sent = flight;
        return !mustRegister
                && (sent == null || sent.batch().isQuestion())
                && queue.stream().allMatch(call -> call.command().isQuestion());
    }

    /** Since when the batch under way is, or null. */
    @Nullable Flight flight() {
        return flight;
    }

    /**
     * How many slots are given back in what has not been sent, so that the cluster counts them as this node's still.
     */
    int unsentReleases() {
        return (int) queue.stream()
                .filter(call -> call.command() instanceof Command.Release)
                .count();
    }

    /** The next flight is a registration. */
    void registerAnew() {
        mustRegister = true;
    }

    /** Whether nothing may be sent for a moment. */
    void pause(boolean isPaused) {
        this.isPaused = isPaused;
    }

    /** Somebody says that there is mail, up to that number; the next batch is sent for it, if for nothing else. */
    void announce(long ofRegistration, long last) {
        if (ofRegistration == registration) {
            announced = Math.max(announced, last);
        }
    }

    /** The sum of the nodes that hold something, as far as this one knows. */
    void hasSeen(long sum) {
        seen = sum;
    }

    private boolean hasMail() {
        return announced > lastMail;
    }

    /** The next batch, or null while there is none or another is under way. */
    @Nullable Flight next(long settings, long nowNanos) {
        if (flight != null || isPaused || isIdle()) {
            return null;
        }
        if (queue.isEmpty() && !mustRegister) {
            queue.add(new Call(new Command.Tick(), Call.NOTHING));
        }
        List<Call> calls = mustRegister ? List.of(registration()) : together();
        boolean isQuestion = calls.get(0).command().isQuestion();
        if (!isQuestion) {
            // Its answer brings all that there is by then.
            announced = 0;
        }
        List<Command> commands = new ArrayList<>(calls.size());
        calls.forEach(call -> commands.add(call.command()));
        long number = isQuestion ? 0 : ++seq;
        Batch batch = new Batch(node, session, registration, number, lastMail, sum, settings, seen, commands);
        flight = new Flight(batch, calls, nowNanos);
        return flight;
    }

    private Call registration() {
        mustRegister = false;
        registration++;
        lastMail = 0;
        sum = 0;
        return new Call(held.get(), Call.NOTHING);
    }

    /** As many as may go together: only questions, or none. */
    private List<Call> together() {
        List<Call> calls = new ArrayList<>();
        Call first = queue.getFirst();
        while (!queue.isEmpty()
                && calls.size() < MOST
                && queue.getFirst().command().isQuestion() == first.command().isQuestion()) {
            calls.add(queue.removeFirst());
        }
        return calls;
    }

    /** Whether this is the flight that is waited for; it is over now. */
    @SuppressWarnings("ReferenceEquality") // this very flight, not one that carries the same
    boolean lands(Flight landed) {
        if (flight != landed) {
            return false;
        }
        flight = null;
        return true;
    }

    /** What a flight carried that has come to nothing goes first after the registration, as far as that leaves any. */
    void again(Flight failed) {
        mustRegister = true;
        List<Call> calls = failed.calls();
        for (int i = calls.size() - 1; i >= 0; i--) {
            Call call = calls.get(i);
            if (isToldByRegistering(call.command())) {
                call.end(new Result.Done(true));
            } else {
                queue.addFirst(call);
            }
        }
    }

    static boolean isToldByRegistering(Command command) {
        return command instanceof Command.Register
                || command instanceof Command.Release
                || command instanceof Command.Abandon
                || command instanceof Command.Tick;
    }

    /** Everything that is under way or waits to be sent, which nobody waits for any more. */
    List<Call> giveUp() {
        List<Call> all = new ArrayList<>();
        Flight lost = flight;
        if (lost != null) {
            all.addAll(lost.calls());
        }
        all.addAll(queue);
        queue.clear();
        flight = null;
        mustRegister = true;
        return all;
    }

    /** The new effects in a mail, of which it knows the older; null if something before them is missing. */
    @Nullable Mail open(Mail mail) {
        if (mail.registration() != registration || mustRegister) {
            return new Mail(registration, lastMail + 1, List.of());
        }
        if (mail.first() > lastMail + 1) {
            return null;
        }
        int known = (int) Math.min(mail.effects().size(), lastMail + 1 - mail.first());
        Mail fresh = new Mail(
                registration,
                lastMail + 1,
                mail.effects().subList(known, mail.effects().size()));
        lastMail += fresh.effects().size();
        for (Effect effect : fresh.effects()) {
            sum = Mail.sum(sum, effect);
        }
        return fresh;
    }
}
