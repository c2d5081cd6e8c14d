// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Decision;
import io.anteroom.admission.Effect;
import io.anteroom.admission.Registration;
import io.anteroom.admission.Waiter;
import io.anteroom.hazelcast.Held.State;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All requests of one pool whose connections this node holds, and what it has said last of holding that pool: the truth
 * about them. Guarded by the pool's lock.
 */
final class Ledger {
    private final Map<Long, Held> byId = new LinkedHashMap<>();
    private int running;
    private NodeBook.Word word = NodeBook.Word.NONE;

    /** What is to be told, and to whom; nobody for a slot that has come too late. */
    record News(@Nullable Held held, @Nullable Waiter waiter, Effect effect) {}

    void add(Held held) {
        byId.put(held.id, held);
    }

    @Nullable Held find(long id) {
        return byId.get(id);
    }

    /** One whose caller is away and nobody else is on the way back to, or null. */
    @Nullable Held beginRejoin(long id) {
        Held held = byId.get(id);
        if (held == null || !held.isAway() || held.isRejoining) {
            return null;
        }
        held.isRejoining = true;
        return held;
    }

    int running() {
        return running;
    }

    List<Held> all() {
        return new ArrayList<>(byId.values());
    }

    /** Takes in what was decided of one that asked. */
    void decided(Held held, Result result, long nowNanos) {
        if (held.state != State.ASKING || !(result instanceof Result.Decided decided)) {
            return;
        }
        if (decided.decision() instanceof Decision.Admitted) {
            run(held, nowNanos);
        } else if (decided.decision() instanceof Decision.Queued) {
            held.state = State.WAITING;
            if (decided.status() != null) {
                held.last(decided.status());
            }
        } else {
            remove(held);
        }
    }

    private void run(Held held, long nowNanos) {
        held.run(nowNanos);
        running++;
    }

    /** It has ended; whether it had not before. */
    boolean remove(Held held) {
        if (byId.remove(held.id, held)) {
            if (held.state == State.RUNNING) {
                running--;
            }
            held.state = State.OVER;
            return true;
        }
        return false;
    }

    /** What became of one of them, or null if that is no news. */
    @Nullable News take(Effect effect, long nowNanos) {
        Held held = byId.get(effect.ticket());
        if (effect instanceof Effect.Granted) {
            if (held == null) {
                return new News(null, null, effect);
            }
            if (held.state == State.RUNNING) {
                return null;
            }
            Waiter waiter = held.waiter;
            run(held, nowNanos);
            return new News(held, waiter, effect);
        }
        if (held == null) {
            return null;
        }
        boolean waited = held.state != State.RUNNING;
        remove(held);
        return effect instanceof Effect.Ended && waited ? new News(held, held.waiter, effect) : null;
    }

    /** Remembers what this node says of holding the pool. */
    void note(Command command) {
        if (command instanceof Command.Hold hold) {
            word = NodeBook.Word.of(hold);
        }
    }

    /** Everything that the cluster is to know; those that are only just asking tell it themselves. */
    Command.Register register(long nowNanos) {
        List<Registration> all = new ArrayList<>(byId.size());
        for (Held held : byId.values()) {
            if (held.state != State.ASKING) {
                all.add(held.registration(nowNanos));
            }
        }
        return new Command.Register(all, word);
    }
}
