// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Admission;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Peers;
import io.anteroom.admission.Ticket;
import io.anteroom.protocol.Problem;
import io.anteroom.protocol.StatusDocuments.RequestView;
import io.anteroom.protocol.TicketView;
import io.anteroom.rate.RateVerdict;
import io.anteroom.rate.Toll;
import java.io.DataInputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What other nodes hold: the id of a ticket tells which of them gave it, and kept places are made known to all. A place
 * or slot changes its node when its caller comes to another; until then it stays where it was, and that one is asked.
 * Safe from any thread; nothing here waits for longer than a call to another node may take.
 */
final class Elsewhere {
    /** Between the part of a ticket's id that nobody can guess and the node that gave it. */
    static final char APART = '.';

    private static final int COUNTS = 7;

    private final Peers peers;
    private final Live live;

    Elsewhere(Peers peers, Live live) {
        this.peers = peers;
        this.live = live;
        peers.answering(new PeerDesk(live)::answer);
    }

    /** Another node cannot be asked; says what the client is told. */
    static final class Away extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Problem problem;

        Away(Problem problem) {
            super(problem.message(), null, false, false);
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }

    private static String nodeOf(String id) {
        return id.substring(id.lastIndexOf(APART) + 1);
    }

    /** Whether a ticket was given by another node, whether or not that is still there. */
    boolean isElsewhere(String id) {
        String self = peers.self();
        return !self.isEmpty() && id.indexOf(APART) >= 0 && !nodeOf(id).equals(self);
    }

    private static Away silent() {
        String message = "The gateway that gave this ticket does not answer now. Please try again in 1s.";
        return new Away(new Problem(Problem.Kind.NODE_SILENT, message, Duration.ofSeconds(1), null));
    }

    private byte[] ask(String id, byte[] question) throws Away {
        String node = nodeOf(id);
        if (!peers.others().contains(node) && !peers.misses()) {
            String message = "The gateway that gave this ticket is not there any more, and its place is lost with it."
                    + " Ask for another.";
            throw new Away(new Problem(Problem.Kind.TICKET_OVER, message, null, null));
        }
        try {
            return peers.ask(node, question);
        } catch (TimeoutException e) {
            Log.debug("another node did not answer", e);
            throw silent();
        }
    }

    private static byte[] question(int kind, String... what) {
        return Words.write(out -> {
            out.writeByte(kind);
            for (String one : what) {
                out.writeUTF(one);
            }
        });
    }

    /** A ticket as it stands, or null if there is none of that caller's. */
    @Nullable TicketView ticket(String id, String caller, String url) throws Away {
        byte[] answer = ask(id, question(PeerDesk.TICKET, id, caller));
        return answer.length == 0 ? null : at(Words.read(answer, Words::readTicket), url);
    }

    private static TicketView at(TicketView view, String url) {
        return new TicketView(
                view.id(),
                view.state(),
                view.pool(),
                view.standing(),
                view.waited(),
                view.created(),
                view.expires(),
                view.reason(),
                url);
    }

    /** Its owner gives it up; false if there is none of that caller's. */
    boolean cancel(String id, String caller) throws Away {
        return ask(id, question(PeerDesk.CANCEL, id, caller)).length > 0;
    }

    /** As {@link TicketDesk#claim}. The lease is this node's afterwards, whatever becomes of the other. */
    TicketDesk.Claim claim(String id, Ask ask) {
        try {
            Problem why = whyNot(id, ask);
            return why == null ? claimReady(id, ask) : new TicketDesk.Claim(null, why);
        } catch (Away e) {
            return new TicketDesk.Claim(null, e.problem());
        }
    }

    private @Nullable Problem whyNot(String id, Ask ask) throws Away {
        String caller = ask.arrival().caller().key();
        byte[] checked = ask(id, question(PeerDesk.CHECK, id, caller));
        return checked.length == 0
                ? TicketDesk.unknown()
                : Words.read(checked, in -> whyNot(in, ask)).orElse(null);
    }

    private static Optional<Problem> whyNot(DataInputStream in, Ask ask) throws IOException {
        Problem mismatch = TicketDesk.mismatch(ask.pool().name(), in.readUTF());
        TicketView.State state = TicketView.State.values()[in.readByte()];
        int position = in.readInt();
        return mismatch != null || state == TicketView.State.READY
                ? Optional.ofNullable(mismatch)
                : Optional.of(TicketDesk.notNow(state, position));
    }

    private TicketDesk.Claim claimReady(String id, Ask ask) throws Away {
        Toll toll = ask.toll();
        RateVerdict paid = toll == null ? null : toll.take();
        if (paid != null && !(paid instanceof RateVerdict.Passed)) {
            return new TicketDesk.Claim(null, Tolls.problem(paid));
        }
        Lease lease = null;
        try {
            byte[] given =
                    ask(id, question(PeerDesk.CLAIM, id, ask.arrival().caller().key()));
            lease = given.length == 0 ? null : adopt(given, ask);
        } finally {
            if (lease == null && toll != null) {
                toll.giveBack();
            }
        }
        return new TicketDesk.Claim(lease, TicketDesk.notNow(TicketView.State.EXPIRED, 0));
    }

    private static @Nullable Lease adopt(byte[] given, Ask ask) {
        Slot slot = Words.read(given, in -> new Slot(in.readLong(), Duration.ofNanos(in.readLong()), false));
        Admission answer = ask.pool().adopt(slot.number(), ask.arrival().withBytes(0), slot.waited(), new Verdict());
        return answer instanceof Lease lease ? lease : null;
    }

    /** What was handed over, and whether its buckets have been paid. */
    private record Slot(long number, Duration waited, boolean isPaid) {}

    /**
     * As {@link KeptPlaces#rejoin}. A place that was handed over and cannot be taken up is lost: no one waits twice.
     */
    KeptPlaces.@Nullable Return rejoin(Ask ask, PlaceKey key, Verdict verdict) {
        for (String node : peers.keepers(key.name())) {
            try {
                byte[] given = peers.ask(node, question(PeerDesk.PLACE, key.name()));
                KeptPlaces.Return back = given.length == 0 ? null : takeUp(given, ask, verdict);
                if (back != null) {
                    return back;
                }
            } catch (TimeoutException e) {
                Log.debug("another node did not answer", e);
            }
        }
        return null;
    }

    private static KeptPlaces.@Nullable Return takeUp(byte[] given, Ask ask, Verdict verdict) {
        Slot place =
                Words.read(given, in -> new Slot(in.readLong(), Duration.ofNanos(in.readLong()), in.readBoolean()));
        Admission answer = ask.pool().adopt(place.number(), ask.arrival(), place.waited(), verdict);
        if (answer == null) {
            return null;
        }
        Toll toll = ask.toll();
        RateVerdict paid = toll == null ? null : place.isPaid() ? toll.takeOver() : toll.take();
        if (answer instanceof Ticket ticket && paid != null && !(paid instanceof RateVerdict.Passed)) {
            ticket.abandon();
            return new KeptPlaces.Return(Tolls.refusal(paid), ask);
        }
        return new KeptPlaces.Return(answer, ask);
    }

    /** What the others have counted of a caller's batch. */
    List<long[]> batch(String caller, String name) {
        return counts(question(PeerDesk.BATCH, caller, name));
    }

    /** What the others have counted of the batches of that name, whosesoever they are. */
    List<long[]> batch(String name) {
        return counts(question(PeerDesk.ANYBODYS_BATCH, name));
    }

    private List<long[]> counts(byte[] question) {
        List<long[]> all = new ArrayList<>();
        for (byte[] answer : peers.askAll(question)) {
            all.add(Words.read(answer, in -> {
                long[] counts = new long[COUNTS];
                for (int i = 0; i < COUNTS; i++) {
                    counts[i] = in.readLong();
                }
                return counts;
            }));
        }
        return all;
    }

    /** Whether there are any others. */
    boolean hasOthers() {
        return !peers.others().isEmpty();
    }

    /** What the others know of those who wait with these tickets; at most {@link DistantFacts#MOST_ASKED}. */
    Map<Long, Requests.Facts> facts(String pool, List<Long> tickets) {
        byte[] question = Words.write(out -> {
            out.writeByte(PeerDesk.FACTS);
            out.writeUTF(pool);
            out.writeInt(tickets.size());
            for (long ticket : tickets) {
                out.writeLong(ticket);
            }
        });
        Map<Long, Requests.Facts> known = new HashMap<>();
        for (byte[] answer : peers.askAll(question)) {
            boolean unused = Words.read(answer, in -> {
                for (int i = in.readInt(); i > 0; i--) {
                    known.put(in.readLong(), Words.readFacts(in));
                }
                return true;
            });
        }
        return known;
    }

    /** A caller's request of that id, or null. */
    @Nullable RequestView request(String caller, String id) {
        List<byte[]> answers = peers.askAll(question(PeerDesk.REQUEST, caller, id));
        return answers.isEmpty() ? null : Words.read(answers.get(0), Words::readRequest);
    }

    /** Adds what the others know of a caller. */
    void status(String caller, List<TicketView> tickets, List<RequestView> requests, String path) {
        for (byte[] answer : peers.askAll(question(PeerDesk.STATUS, caller))) {
            boolean unused = Words.read(answer, in -> {
                for (int i = in.readInt(); i > 0; i--) {
                    TicketView view = Words.readTicket(in);
                    tickets.add(at(view, path + view.id()));
                }
                for (int i = in.readInt(); i > 0; i--) {
                    requests.add(Words.readRequest(in));
                }
                return true;
            });
        }
    }

    /** A ticket for somebody who watches it. */
    Watched watched(String caller, TicketView view) {
        return new DistantTicket(this, live, caller, view);
    }
}
