// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All keys, or all IP addresses. One in use is never forgotten; of those idle the last {@value #MAX_IDLE} are kept, so
 * that a caller who pauses finds its history again while a million strangers cannot fill the heap.
 *
 * <p>Every request uses two parties and most leave them idle, so that only notes the turn at which it happens. Who has
 * been idle for longest is found out when somebody has to be forgotten: the ranks in the heap are turns as well, of
 * then or earlier, and are brought up to date from the first on.
 */
final class Parties {
    static final int MAX_IDLE = 4096;

    private final Map<String, Party> byName = new HashMap<>();
    private final Function<String, Party> maker;
    /** All who are idle, and some who were. */
    private final IndexedHeap<Party> candidates = new ByRankedTurn();

    private long lastTurn;
    private int idle;

    Parties(Function<String, Party> maker) {
        this.maker = maker;
    }

    /** The party of that name; the caller marks it as used by counting something on it. */
    Party get(String name) {
        Party party = byName.get(name);
        if (party == null) {
            party = maker.apply(name);
            byName.put(name, party);
        } else if (party.idle) {
            wake(party);
        }
        return party;
    }

    /** Something is about to be counted on a party that may have become idle since it was looked up. */
    void use(Party party) {
        if (party.idle) {
            wake(party);
        }
        if (party.forgotten) {
            party.forgotten = false;
            byName.put(party.name, party);
        }
    }

    private void wake(Party party) {
        party.idle = false;
        idle--;
    }

    /** Takes a party in as it was saved. */
    void restore(Party party, boolean wasIdle) {
        byName.put(party.name, party);
        if (wasIdle) {
            releaseIfUnused(party);
        }
    }

    @Nullable Party find(String name) {
        return byName.get(name);
    }

    /** To be called when something of the party ended, or when nothing came of it. */
    void releaseIfUnused(Party party) {
        if (!party.isUnused() || party.idle) {
            return;
        }
        party.idle = true;
        party.idleTurn = ++lastTurn;
        idle++;
        if (!candidates.contains(party)) {
            party.rankedTurn = party.idleTurn;
            candidates.add(party);
        }
        if (idle > MAX_IDLE) {
            forgetOldest();
        }
    }

    private void forgetOldest() {
        for (Party first = candidates.first(); first != null; first = candidates.first()) {
            if (!first.idle) {
                candidates.remove(first);
            } else if (first.rankedTurn != first.idleTurn) {
                first.rankedTurn = first.idleTurn;
                candidates.update(first);
            } else {
                forget(first);
                return;
            }
        }
    }

    private void forget(Party oldest) {
        candidates.remove(oldest);
        wake(oldest);
        byName.remove(oldest.name);
        oldest.forgotten = true;
    }

    int size() {
        return byName.size();
    }

    /** Those in use by name, then the idle from the oldest on: the form in which replicas compare and restore them. */
    List<Party> inOrder() {
        List<Party> inUse = new ArrayList<>();
        List<Party> ofIdle = new ArrayList<>(idle);
        for (Party party : byName.values()) {
            (party.idle ? ofIdle : inUse).add(party);
        }
        inUse.sort(Comparator.comparing(party -> party.name));
        ofIdle.sort(Comparator.comparingLong(party -> party.idleTurn));
        inUse.addAll(ofIdle);
        return inUse;
    }

    private static final class ByRankedTurn extends IndexedHeap<Party> {
        @Override
        long rankOf(Party party) {
            return party.rankedTurn;
        }

        @Override
        boolean isBefore(Party one, Party other) {
            throw new IllegalStateException("two parties became idle at turn " + one.idleTurn);
        }

        @Override
        int placeOf(Party party) {
            return party.idlePlace;
        }

        @Override
        void setPlace(Party party, int place) {
            party.idlePlace = place;
        }
    }
}
