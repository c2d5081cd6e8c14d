// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * All keys, or all IP addresses. One in use is never forgotten; of those idle the last {@value #MAX_IDLE} are kept, so
 * that a caller who pauses finds its history again while a million strangers cannot fill the heap.
 */
final class Parties {
    static final int MAX_IDLE = 4096;

    private final Map<String, Party> byName = new HashMap<>();
    private final Function<String, Party> maker;
    private @Nullable Party oldestIdle;
    private @Nullable Party newestIdle;
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
            unlink(party);
        }
        return party;
    }

    /** Something is about to be counted on a party that may have become idle since it was looked up. */
    void use(Party party) {
        if (party.idle) {
            unlink(party);
        }
        if (party.forgotten) {
            party.forgotten = false;
            byName.put(party.name, party);
        }
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
        Party last = newestIdle;
        party.older = last;
        party.newer = null;
        if (last == null) {
            oldestIdle = party;
        } else {
            last.newer = party;
        }
        newestIdle = party;
        party.idle = true;
        idle++;
        Party oldest = oldestIdle;
        if (idle > MAX_IDLE && oldest != null) {
            unlink(oldest);
            byName.remove(oldest.name);
            oldest.forgotten = true;
        }
    }

    int size() {
        return byName.size();
    }

    /** Those in use by name, then the idle from the oldest on: the form in which replicas compare and restore them. */
    List<Party> inOrder() {
        List<Party> all = new ArrayList<>(byName.size());
        for (Party party : byName.values()) {
            if (!party.idle) {
                all.add(party);
            }
        }
        all.sort((one, other) -> one.name.compareTo(other.name));
        for (Party party = oldestIdle; party != null; party = party.newer) {
            all.add(party);
        }
        return all;
    }

    private void unlink(Party party) {
        Party before = party.older;
        Party after = party.newer;
        if (before == null) {
            oldestIdle = after;
        } else {
            before.newer = after;
        }
        if (after == null) {
            newestIdle = before;
        } else {
            after.older = before;
        }
        party.older = null;
        party.newer = null;
        party.idle = false;
        idle--;
    }
}
