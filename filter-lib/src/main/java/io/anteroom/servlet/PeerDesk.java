// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Lease;
import io.anteroom.protocol.StatusDocuments.RequestView;
import io.anteroom.protocol.TicketView;
import io.anteroom.rate.Toll;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Answers what other nodes ask on behalf of callers that came to them; {@link Elsewhere} asks. Safe from any thread.
 */
final class PeerDesk {
    static final int TICKET = 1;
    static final int CANCEL = 2;
    static final int CHECK = 3;
    static final int CLAIM = 4;
    static final int PLACE = 5;
    static final int BATCH = 6;
    static final int REQUEST = 7;
    static final int STATUS = 8;
    static final int ANYBODYS_BATCH = 9;
    static final int FACTS = 10;

    private final Live live;

    PeerDesk(Live live) {
        this.live = live;
    }

    byte[] answer(byte[] question) {
        return Words.read(question, in -> answer(in.readByte(), in));
    }

    private byte[] answer(int kind, DataInputStream in) throws IOException {
        return switch (kind) {
            case TICKET, CANCEL, CHECK, CLAIM -> ticket(kind, live.tickets().find(in.readUTF(), in.readUTF()));
            case PLACE -> place(in.readUTF());
            case BATCH -> batch(live.batches().counts(in.readUTF(), in.readUTF()));
            case REQUEST -> request(Standing.request(live, in.readUTF(), in.readUTF()));
            case STATUS -> status(in.readUTF());
            case ANYBODYS_BATCH -> batch(live.batches().counts(in.readUTF()));
            case FACTS -> facts(in);
            default -> Words.NOTHING;
        };
    }

    private static byte[] ticket(int kind, @Nullable BookedTicket ticket) {
        if (ticket == null) {
            return Words.NOTHING;
        }
        return switch (kind) {
            case TICKET -> Words.write(out -> Words.write(ticket.view(""), out));
            case CANCEL -> {
                ticket.giveUp();
                yield Words.write(out -> {});
            }
            case CHECK -> {
                if (ticket.state() == TicketView.State.READY) {
                    ticket.giveBackToll();
                }
                yield Words.write(out -> {
                    out.writeUTF(ticket.ask().pool().name());
                    out.writeByte(ticket.state().ordinal());
                    out.writeInt(ticket.position());
                });
            }
            default -> claim(ticket.handOver());
        };
    }

    private static byte[] claim(@Nullable Lease lease) {
        return lease == null
                ? Words.NOTHING
                : Words.write(out -> {
                    out.writeLong(lease.id());
                    out.writeLong(lease.waited().toNanos());
                });
    }

    private byte[] place(String name) {
        KeptPlaces.HandedOver place = live.places().handOver(PlaceKey.named(name));
        if (place == null) {
            return Words.NOTHING;
        }
        Toll toll = place.kept().ask().toll();
        boolean isPaid = toll != null && toll.handOver();
        return Words.write(out -> {
            out.writeLong(place.kept().ticket().id());
            out.writeLong(place.waited().toNanos());
            out.writeBoolean(isPaid);
        });
    }

    private static byte[] batch(long @Nullable [] counts) {
        return counts == null
                ? Words.NOTHING
                : Words.write(out -> {
                    for (long count : counts) {
                        out.writeLong(count);
                    }
                });
    }

    private static byte[] request(@Nullable RequestView view) {
        return view == null ? Words.NOTHING : Words.write(out -> Words.write(view, out));
    }

    private byte[] facts(DataInputStream in) throws IOException {
        String pool = in.readUTF();
        Map<Long, Requests.Facts> known = new LinkedHashMap<>();
        for (int i = Math.min(in.readInt(), DistantFacts.MOST_ASKED); i > 0; i--) {
            long ticket = in.readLong();
            Ask ask = live.requests().at(pool, ticket);
            if (ask != null) {
                known.put(ticket, Requests.facts(ask));
            }
        }
        return Words.write(out -> {
            out.writeInt(known.size());
            for (Map.Entry<Long, Requests.Facts> one : known.entrySet()) {
                out.writeLong(one.getKey());
                Words.write(one.getValue(), out);
            }
        });
    }

    private byte[] status(String caller) {
        List<TicketView> tickets =
                live.tickets().of(caller).stream().map(one -> one.view("")).toList();
        List<RequestView> requests = Standing.requests(live, caller);
        return Words.write(out -> {
            out.writeInt(tickets.size());
            for (TicketView one : tickets) {
                Words.write(one, out);
            }
            out.writeInt(requests.size());
            for (RequestView one : requests) {
                Words.write(one, out);
            }
        });
    }
}
