// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** One machine under one lock. The lock is never held while foreign code runs. */
final class LocalPool implements Pool {
    private static final Logger LOG = System.getLogger(LocalPool.class.getName());
    private static final String NODE = "local";
    /** A queue this short is ranked whenever somebody asks; a longer one at most so often. */
    private static final int ALWAYS_RANKED = 256;

    private static final long RANK_INTERVAL_NANOS = Duration.ofMillis(250).toNanos();
    /** Ranking takes at most one part in so many of the time. */
    private static final int RANK_SHARE = 20;

    private final String name;
    private final PoolMachine machine;
    private final LongSupplier nanoClock;
    private final LocalPools.Timer timer;
    private final Executor teller;

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Long, LocalTicket> waiters = new HashMap<>();
    private final SlotBounds bounds = new SlotBounds();
    private final Holding holding = new Holding(PoolMode.OPEN);
    private final Set<String> holders = new HashSet<>();
    private final Consumer<Effect> collector = this::collect;
    private List<News> news = new ArrayList<>();
    private long lastTicket;
    /** When the timers go off that were armed and have not yet: no second one for a moment that has one. */
    private final TreeSet<Long> armed = new TreeSet<>();

    private boolean isRanked = true;
    private long nextRankNanos;
    private boolean everRanked;

    LocalPool(String name, PoolMachine machine, LongSupplier nanoClock, LocalPools.Timer timer, Executor teller) {
        this.name = name;
        this.machine = machine;
        this.nanoClock = nanoClock;
        this.timer = timer;
        this.teller = teller;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Admission offer(Arrival arrival, Waiter waiter) {
        Admission answer;
        List<News> others;
        lock.lock();
        try {
            long ticket = ++lastTicket;
            long now = nanoClock.getAsLong();
            Decision decision = machine.arrive(ticket, NODE, arrival, now, collector);
            answer = answer(decision, ticket, waiter, now);
            others = changed();
        } finally {
            lock.unlock();
        }
        tell(others);
        return answer;
    }

    private Admission answer(Decision decision, long ticket, Waiter waiter, long now) {
        if (decision instanceof Decision.Admitted) {
            return new LocalLease(this, ticket, Duration.ZERO, 0);
        }
        if (decision instanceof Decision.Queued) {
            LocalTicket waiting = new LocalTicket(this, ticket, waiter, standing(ticket, now));
            waiters.put(ticket, waiting);
            return waiting;
        }
        if (decision instanceof Decision.Refused refused) {
            return refused.refusal();
        }
        throw new IllegalStateException("ticket " + ticket + " was given twice");
    }

    private QueueStatus standing(long ticket, long now) {
        QueueStatus status = machine.status(ticket, now);
        if (status == null) {
            throw new IllegalStateException("ticket " + ticket + " does not wait");
        }
        return status;
    }

    /** Gives a slot back; false if it was given back before. */
    boolean release(long ticket) {
        boolean released;
        List<News> others;
        lock.lock();
        try {
            released = machine.release(ticket, nanoClock.getAsLong(), collector);
            others = changed();
        } finally {
            lock.unlock();
        }
        tell(others);
        return released;
    }

    boolean holdsLease(long ticket) {
        return query(() -> machine.isRunning(ticket));
    }

    boolean abandon(long ticket) {
        return command(() -> {
            boolean wasWaiting = machine.abandon(ticket, nanoClock.getAsLong(), collector);
            if (wasWaiting) {
                waiters.remove(ticket);
            }
            return wasWaiting;
        });
    }

    boolean keep(long ticket, Absence absence, LocalTicket kept) {
        return command(() -> {
            boolean isKept = machine.keep(ticket, absence, nanoClock.getAsLong(), collector);
            if (isKept) {
                waiters.put(ticket, kept);
            }
            return isKept;
        });
    }

    @Override
    public @Nullable Admission rejoin(long ticket, long bytes, Waiter waiter) {
        return command(() -> rejoined(ticket, bytes, waiter, nanoClock.getAsLong()));
    }

    /** The waiter is there before the machine decides, as it may be let in at once. */
    private @Nullable Admission rejoined(long ticket, long bytes, Waiter waiter, long now) {
        // What ends now is told to the one who waited for it, not to the one who has just come.
        machine.tick(now, collector);
        QueueStatus last = machine.status(ticket, now);
        LocalTicket absent = waiters.get(ticket);
        if (last == null || absent == null || !machine.isAway(ticket)) {
            return null;
        }
        LocalTicket present = new LocalTicket(this, ticket, waiter, last);
        waiters.put(ticket, present);
        Decision decision = machine.rejoin(ticket, bytes, now, collector);
        if (decision instanceof Decision.Queued) {
            return present;
        }
        if (decision instanceof Decision.Refused refused) {
            waiters.put(ticket, absent);
            return refused.refusal();
        }
        return null;
    }

    boolean claim(long ticket) {
        return command(() -> machine.claim(ticket, nanoClock.getAsLong(), collector));
    }

    @Override
    public boolean cancel(long ticket) {
        return command(() -> machine.cancel(ticket, null, nanoClock.getAsLong(), collector));
    }

    @Override
    public boolean cancel(long ticket, String note) {
        return command(() -> machine.cancel(ticket, note, nanoClock.getAsLong(), collector));
    }

    @Override
    public boolean move(long ticket, Priority priority) {
        return command(() -> machine.move(ticket, priority, nanoClock.getAsLong(), collector));
    }

    @Override
    public PoolSettings settings() {
        return query(machine::settings);
    }

    @Override
    public void configure(PoolSettings settings) {
        command(() -> {
            machine.configure(settings, nanoClock.getAsLong(), collector);
            return true;
        });
    }

    @Override
    public void mode(PoolMode mode) {
        command(() -> {
            holding.operator(mode);
            machine.mode(holding.mode(), nanoClock.getAsLong(), collector);
            return true;
        });
    }

    @Override
    public void hold(String source, boolean holds) {
        command(() -> {
            boolean isNew = holds ? holders.add(source) : holders.remove(source);
            if (isNew) {
                holding.held(!holders.isEmpty());
                machine.mode(holding.mode(), nanoClock.getAsLong(), collector);
            }
            return isNew;
        });
    }

    @Override
    public void limitSlots(String source, int most) {
        command(() -> {
            machine.limitSlots(bounds.set(source, most), nanoClock.getAsLong(), collector);
            return true;
        });
    }

    @Override
    public PoolSnapshot snapshot() {
        return query(() -> machine.snapshot(nanoClock.getAsLong()));
    }

    @Override
    public List<WaitingTicket> waiting(int limit) {
        return query(() -> {
            machine.rank();
            return machine.list(limit, nanoClock.getAsLong());
        });
    }

    @Override
    public @Nullable QueueStatus status(long ticket) {
        lock.lock();
        try {
            long now = nanoClock.getAsLong();
            rankIfDue(now);
            return machine.status(ticket, now);
        } finally {
            lock.unlock();
        }
    }

    /** Ranking a long queue on every question would cost n times n; positions may be a quarter of a second old. */
    private void rankIfDue(long now) {
        boolean due = machine.waiting() <= ALWAYS_RANKED || !everRanked || now - nextRankNanos >= 0;
        if (isRanked || !due) {
            return;
        }
        machine.rank();
        long cost = nanoClock.getAsLong() - now;
        nextRankNanos = now + Math.max(RANK_INTERVAL_NANOS, RANK_SHARE * cost);
        isRanked = true;
        everRanked = true;
    }

    private void tick(long armedFor) {
        command(() -> {
            armed.remove(armedFor);
            machine.tick(nanoClock.getAsLong(), collector);
            return true;
        });
    }

    private <T extends @Nullable Object> T command(Supplier<T> step) {
        T result;
        List<News> others;
        lock.lock();
        try {
            result = step.get();
            others = changed();
        } finally {
            lock.unlock();
        }
        tell(others);
        return result;
    }

    private <T> T query(Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }

    /** For the tests of this package, which recount the machine while threads are at work. */
    void audit(Consumer<PoolMachine> check) {
        query(() -> {
            check.accept(machine);
            return true;
        });
    }

    /** Under the lock, while the machine decides: whoever is let in here is told so, whatever becomes of it next. */
    private void collect(Effect effect) {
        news.add(new News(waiters.remove(effect.ticket()), effect));
    }

    /** Under the lock, after a command: arms the timer and takes what is to be told. */
    private List<News> changed() {
        isRanked = false;
        arm();
        if (news.isEmpty()) {
            return List.of();
        }
        List<News> taken = news;
        news = new ArrayList<>();
        return taken;
    }

    private void arm() {
        long next = machine.nextDeadlineNanos();
        if (next != Long.MAX_VALUE && (armed.isEmpty() || next < armed.first())) {
            armed.add(next);
            timer.after(Duration.ofNanos(Math.max(0, next - nanoClock.getAsLong())), () -> tick(next));
        }
    }

    private void tell(List<News> others) {
        if (others.isEmpty()) {
            return;
        }
        for (News one : others) {
            Effect effect = one.effect();
            LocalTicket ticket = one.ticket();
            if (ticket != null) {
                teller.execute(() -> tell(ticket.waiter(), effect));
            } else if (effect instanceof Effect.Granted) {
                LOG.log(Level.ERROR, "pool '" + name + "': nobody waits with ticket " + effect.ticket());
                release(effect.ticket());
            }
        }
    }

    private void tell(Waiter waiter, Effect effect) {
        try {
            if (effect instanceof Effect.Granted granted) {
                waiter.admitted(new LocalLease(this, granted.ticket(), granted.waited(), granted.initialPosition()));
            } else if (effect instanceof Effect.Ended ended) {
                waiter.refused(ended.refusal());
            }
        } catch (RuntimeException | Error e) {
            // Foreign code. A slot that nobody took must not be lost with it.
            if (effect instanceof Effect.Granted) {
                release(effect.ticket());
            }
            LOG.log(Level.ERROR, "pool '" + name + "': the waiter of ticket " + effect.ticket() + " failed", e);
            if (e instanceof Error error) {
                throw error;
            }
        }
    }

    /** What is to be told, and to whom. */
    private record News(@Nullable LocalTicket ticket, Effect effect) {}
}
