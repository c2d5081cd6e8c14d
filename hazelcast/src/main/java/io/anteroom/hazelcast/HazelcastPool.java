// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Absence;
import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Decision;
import io.anteroom.admission.Effect;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.SlotBounds;
import io.anteroom.admission.Waiter;
import io.anteroom.admission.WaitingTicket;
import io.anteroom.hazelcast.Held.State;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** One pool of the cluster as this node sees it. What it does not know itself it asks, and waits for a moment only. */
final class HazelcastPool implements Pool {
    private static final Logger LOG = System.getLogger(HazelcastPool.class.getName());

    private final String name;
    private final PoolsContext context;
    private final Link link;
    private final Ledger ledger;
    private final ReentrantLock limiting = new ReentrantLock();
    private final SlotBounds bounds = new SlotBounds();
    private final Set<String> holders = new HashSet<>();
    private final StandingCache standings = new StandingCache();

    HazelcastPool(String name, PoolSettings settings, PoolsContext context) {
        this.name = name;
        this.context = context;
        this.ledger = new Ledger();
        this.link = new Link(name, settings, context, ledger, this::tell);
    }

    /** For those that carry words to it. */
    Link link() {
        return link;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Admission offer(Arrival arrival, Waiter waiter) {
        Held held = new Held(context.nextId(), arrival, waiter, context.now());
        Call call =
                new Call(new Command.Arrive(held.id, arrival), result -> ledger.decided(held, result, context.now()));
        if (!link.open(held, call)) {
            return Refused.stopping(Duration.ZERO);
        }
        Decision decision = decision(await(call));
        if (decision instanceof Decision.Admitted) {
            return new HeldLease(this, held, Duration.ZERO, 0);
        }
        if (decision instanceof Decision.Queued) {
            HeldTicket ticket = new HeldTicket(this, held);
            // One who asked while this node closed was not among those who were told so.
            return link.isClosed() && ticket.abandon() ? Refused.stopping(Duration.ZERO) : ticket;
        }
        return decision instanceof Decision.Refused refused ? refused.refusal() : Refused.stopping(Duration.ZERO);
    }

    private static Decision decision(Result result) {
        return result instanceof Result.Decided decided ? decided.decision() : new Decision.Over();
    }

    @Override
    public @Nullable Admission rejoin(long ticket, long bytes, Waiter waiter) {
        Held held = link.read(() -> ledger.beginRejoin(ticket));
        if (held == null) {
            return null;
        }
        Result result = ask(new Command.Rejoin(ticket, bytes), told -> {
            held.isRejoining = false;
            if (decision(told) instanceof Decision.Queued) {
                held.comesBack(waiter, bytes);
            }
        });
        Decision decision = decision(result);
        if (decision instanceof Decision.Queued) {
            return new HeldTicket(this, held);
        }
        return decision instanceof Decision.Refused refused ? refused.refusal() : null;
    }

    @Override
    public boolean letGo(long ticket) {
        return link.read(() -> {
            Held held = ledger.find(ticket);
            if (held == null || !held.mayBeLetGo()) {
                return false;
            }
            return ledger.remove(held);
        });
    }

    @Override
    public @Nullable Admission adopt(long ticket, Arrival arrival, Duration waited, Waiter waiter) {
        Held held = new Held(ticket, arrival, waiter, context.now() - waited.toNanos());
        Call call = new Call(
                new Command.Adopt(ticket, arrival.bytes()), result -> ledger.decided(held, result, context.now()));
        if (link.read(() -> ledger.find(ticket)) != null || !link.open(held, call)) {
            return null;
        }
        Decision decision = decision(await(call));
        if (decision instanceof Decision.Admitted) {
            return new HeldLease(this, held, waited, 1);
        }
        return decision instanceof Decision.Queued ? new HeldTicket(this, held) : null;
    }

    void release(Held held) {
        link.release(held);
    }

    boolean holdsLease(Held held) {
        return link.read(() -> held.state == State.RUNNING);
    }

    boolean claim(Held held) {
        if (held.arrival.claimWithin() == null) {
            return holdsLease(held);
        }
        if (!mayEnd(held, State.RUNNING)) {
            return false;
        }
        return isDone(ask(new Command.Claim(held.id), result -> {
            held.isEnding = false;
            if (isDone(result)) {
                held.claimed();
            }
        }));
    }

    boolean abandon(Held held) {
        if (!mayEnd(held, State.WAITING)) {
            return false;
        }
        return isDone(ask(new Command.Abandon(held.id), result -> {
            held.isEnding = false;
            if (isDone(result)) {
                ledger.remove(held);
            }
        }));
    }

    /** Whether it has come so far and no further; from then on it is not let go of until the cluster has answered. */
    private boolean mayEnd(Held held, State when) {
        return link.read(() -> {
            held.isEnding |= held.state == when;
            return held.state == when;
        });
    }

    boolean keep(Held held, Absence absence, Waiter waiter) {
        if (!waits(held)) {
            return false;
        }
        return isDone(ask(new Command.Keep(held.id, absence), result -> {
            if (isDone(result)) {
                held.leaves(absence, waiter, context.now());
            }
        }));
    }

    private boolean waits(Held held) {
        return link.read(() -> held.state == State.WAITING);
    }

    @Override
    public boolean cancel(long ticket) {
        return cancel(ticket, "");
    }

    @Override
    public boolean cancel(long ticket, String note) {
        String line = note.length() <= Refusal.LONGEST_NOTE ? note : note.substring(0, Refusal.LONGEST_NOTE);
        return isDone(ask(new Command.Cancel(ticket, line)));
    }

    @Override
    public boolean move(long ticket, Priority priority) {
        return isDone(ask(new Command.Move(ticket, priority)));
    }

    @Override
    public PoolSettings settings() {
        return link.settings();
    }

    @Override
    public void configure(PoolSettings settings) {
        ask(new Command.Configure(settings), result -> link.settings(settings));
    }

    @Override
    public void mode(PoolMode mode) {
        ask(new Command.Mode(mode));
    }

    @Override
    public void limitSlots(String source, int most) {
        // One after the other, so that the cluster hears last what counts last.
        limiting.lock();
        try {
            ask(new Command.LimitSlots(bounds.set(source, most)));
        } finally {
            limiting.unlock();
        }
    }

    @Override
    public void hold(String source, boolean holds) {
        limiting.lock();
        try {
            boolean unused = holds ? holders.add(source) : holders.remove(source);
            ask(new Command.Hold(!holders.isEmpty()));
        } finally {
            limiting.unlock();
        }
    }

    @Override
    public PoolSnapshot snapshot() {
        if (ask(new Command.Look()) instanceof Result.Figures figures) {
            return figures.snapshot();
        }
        throw new IllegalStateException("no figures of pool " + name);
    }

    @Override
    public List<WaitingTicket> waiting(int limit) {
        return ask(new Command.ListWaiting(limit)) instanceof Result.Line line ? line.waiting() : List.of();
    }

    @Override
    public @Nullable QueueStatus status(long ticket) {
        Held held = link.read(() -> ledger.find(ticket));
        if (held != null) {
            return waits(held) ? standing(held) : null;
        }
        return ask(new Command.Standing(ticket)) instanceof Result.Places places
                ? places.byTicket().get(ticket)
                : null;
    }

    /** Where one of this node's stands: from what all were told together, if that is fresh enough. */
    QueueStatus standing(Held held) {
        if (!waits(held)) {
            return held.last();
        }
        StandingCache.Places places =
                standings.fresh(link.changes(), link.figures().waiting(), context.now());
        if (places == null) {
            places = standings.ask(link.changes(), this::askStandings);
        }
        QueueStatus status = places.of(held.id, context.now());
        if (status != null) {
            held.last(status);
        }
        return held.last();
    }

    private StandingCache.Places askStandings() {
        Result result = ask(new Command.Standings());
        return new StandingCache.Places(
                result instanceof Result.Places places ? places : new Result.Places(java.util.Map.of()), context.now());
    }

    /** Ends every wait of this node and takes nobody any more. */
    void close() {
        link.close();
    }

    private Result ask(Command command) {
        return ask(command, Call.NOTHING);
    }

    private Result ask(Command command, Consumer<Result> settle) {
        Call call = new Call(command, settle);
        link.send(call);
        return await(call);
    }

    private static boolean isDone(Result result) {
        return result instanceof Result.Done done && done.isDone();
    }

    /** Waits for the cluster, and goes on alone if it does not answer. An interrupt is kept for later. */
    private Result await(Call call) {
        boolean wasInterrupted = false;
        try {
            while (true) {
                try {
                    return call.answer().get(context.ackWithin().toNanos(), TimeUnit.NANOSECONDS);
                } catch (TimeoutException e) {
                    link.goAlone(call);
                } catch (InterruptedException e) {
                    wasInterrupted = true;
                } catch (java.util.concurrent.ExecutionException e) {
                    throw new IllegalStateException(e.getCause());
                }
            }
        } finally {
            if (wasInterrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void tell(Ledger.News news) {
        Held held = news.held();
        Waiter waiter = news.waiter();
        if (held == null || waiter == null) {
            // A slot for one who has left meanwhile.
            link.giveBack(news.effect().ticket());
            return;
        }
        context.tell(() -> tell(held, waiter, news.effect()));
    }

    private void tell(Held held, Waiter waiter, Effect effect) {
        try {
            if (effect instanceof Effect.Granted granted) {
                waiter.admitted(new HeldLease(this, held, granted.waited(), granted.initialPosition()));
            } else if (effect instanceof Effect.Ended ended) {
                waiter.refused(ended.refusal());
            }
        } catch (RuntimeException | Error e) {
            // Foreign code. A slot that nobody took must not be lost with it.
            if (effect instanceof Effect.Granted) {
                release(held);
            }
            LOG.log(Level.ERROR, "pool '" + name + "': the waiter of ticket " + effect.ticket() + " failed", e);
            if (e instanceof Error error) {
                throw error;
            }
        }
    }

    /** What is told to those who wait while this node stops. */
    static Refusal stopping(Held held, long nowNanos) {
        return Refused.stopping(held.waited(nowNanos));
    }
}
