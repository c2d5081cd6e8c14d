// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.preview;

import io.anteroom.admin.preview.PastRequest.End;
import io.anteroom.admin.preview.PreviewReport.Outcome;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Decision;
import io.anteroom.admission.Effect;
import io.anteroom.admission.PoolMachine;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.PriorityQueue;

/** Sends past requests through a pool of their own, in virtual time. Runs once. */
final class Rehearsal {
    private static final String NODE = "preview";

    private final List<PastRequest> requests;
    private final long[] costs;
    private final PoolMachine machine;
    private final int slots;
    private final Score score = new Score();
    /** Who leaves, or gives its slot back, and when. */
    private final PriorityQueue<Due> dues = new PriorityQueue<>();

    private long nowNanos;
    private long busyNanos;
    private int running;

    private record Due(long atNanos, int request, boolean releases) implements Comparable<Due> {
        @Override
        public int compareTo(Due other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Integer.compare(request, other.request);
        }
    }

    /**
     * Nothing has happened yet.
     *
     * @param requests in the order of their arrival
     * @param costs what each of them takes of a slot, in nanoseconds
     */
    Rehearsal(List<PastRequest> requests, long[] costs, PoolSettings settings) {
        this.requests = requests;
        this.costs = costs;
        this.machine = new PoolMachine(settings);
        this.slots = settings.slots();
    }

    Outcome run() {
        long start = requests.isEmpty() ? 0 : requests.get(0).arrivedNanos();
        for (int i = 0; i < requests.size(); i++) {
            PastRequest request = requests.get(i);
            advance(request.arrivedNanos() - start);
            arrive(i, request);
        }
        long lastArrival = nowNanos;
        long busyUntilThen = busyNanos;
        // Nothing waits for longer than its longest wait, and nothing runs for ever: this ends.
        advance(Long.MAX_VALUE);
        double capacity = (double) lastArrival * slots;
        return score.outcome(capacity > 0 ? Math.min(100, 100 * busyUntilThen / capacity) : -1);
    }

    private void arrive(int number, PastRequest request) {
        Arrival arrival = Arrival.of(request.caller(), request.priority());
        Decision decision = machine.arrive(number, NODE, arrival, nowNanos, this::happens);
        if (decision instanceof Decision.Admitted) {
            runs(number);
        } else if (decision instanceof Decision.Refused refused) {
            ends(number, end(refused.refusal().code(), true));
        } else if (request.end() == End.ABANDONED) {
            dues.add(new Due(nowNanos + request.waited().toNanos(), number, false));
        }
    }

    /** Lets everything happen that falls due until then, in its order. */
    private void advance(long untilNanos) {
        while (true) {
            Due due = dues.peek();
            long next = Math.min(machine.nextDeadlineNanos(), due == null ? Long.MAX_VALUE : due.atNanos());
            if (next > untilNanos || next == Long.MAX_VALUE) {
                break;
            }
            moveTo(next);
            if (due != null && due.atNanos() == next) {
                dues.remove();
                happensTo(due);
            } else {
                machine.tick(nowNanos, this::happens);
            }
        }
        if (untilNanos != Long.MAX_VALUE) {
            moveTo(untilNanos);
        }
    }

    private void moveTo(long nanos) {
        long time = Math.max(nowNanos, nanos);
        busyNanos += (time - nowNanos) * running;
        nowNanos = time;
    }

    /** Who has got a slot meanwhile does not leave, and a slot that was taken back is not given back again. */
    private void happensTo(Due due) {
        if (due.releases()) {
            if (machine.isRunning(due.request())) {
                running--;
                machine.release(due.request(), nowNanos, this::happens);
            }
        } else if (machine.abandon(due.request(), nowNanos, this::happens)) {
            ends(due.request(), End.ABANDONED);
        }
    }

    private void happens(Effect effect) {
        int number = (int) effect.ticket();
        if (effect instanceof Effect.Granted) {
            runs(number);
        } else if (effect instanceof Effect.Ended ended) {
            ends(number, end(ended.refusal().code(), false));
        } else if (effect instanceof Effect.LeaseExpired) {
            running--;
        }
    }

    private void runs(int number) {
        running++;
        dues.add(new Due(nowNanos + costs[number], number, true));
        ends(number, End.SERVED);
    }

    private void ends(int number, End end) {
        PastRequest request = requests.get(number);
        long waited = nowNanos - (request.arrivedNanos() - requests.get(0).arrivedNanos());
        score.add(request.priority(), end, Duration.ofNanos(waited));
    }

    private static End end(Refusal.Code code, boolean onArrival) {
        if (onArrival) {
            return End.REFUSED;
        }
        return code == Refusal.Code.WAIT_TIMEOUT ? End.EXPIRED : End.SHED;
    }
}
