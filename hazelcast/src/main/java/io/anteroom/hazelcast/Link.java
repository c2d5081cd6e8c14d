// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Effect;
import io.anteroom.admission.PoolSettings;
import io.anteroom.hazelcast.Courier.Flight;
import io.anteroom.hazelcast.Held.State;
import io.anteroom.hazelcast.Reply.Outcome;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The connection of one pool of this node with the pool's state in the cluster: sends what is asked, takes in what
 * comes back, and decides alone while nothing does. Safe from any thread; its lock is never held while anything is sent
 * or told.
 */
final class Link {
    private static final Logger LOG = System.getLogger(Link.class.getName());
    /** One is sent whenever the last has not been answered in time; what is lost hangs for as long as all these. */
    private static final int MOST_PROBES = 16;

    private final String name;
    private final PoolsContext context;
    private final Ledger ledger;
    private final Consumer<Ledger.News> teller;
    private final Courier courier;
    private final ReentrantLock lock = new ReentrantLock();
    private final Alarm alarm;
    private final Sender sender;
    private final List<Ledger.News> news = new ArrayList<>();

    private final Heard heard;
    private int had; // See Beginning.

    private @Nullable Alone alone;
    private int inTheAir;
    private long changes;
    private boolean isClosed;
    /** How many threads hand on what has been decided. */
    private final AtomicInteger telling = new AtomicInteger();

    Link(String name, PoolSettings settings, PoolsContext context, Ledger ledger, Consumer<Ledger.News> teller) {
        this.name = name;
        this.heard = new Heard(settings);
        this.context = context;
        this.ledger = ledger;
        this.teller = teller;
        this.alarm = new Alarm(context, this::timeIsUp);
        this.sender = new Sender(name, context);
        this.courier =
                new Courier(context.node().name(), context.node().session(), () -> ledger.register(context.now()));
    }

    /** A newcomer asks; false if this node takes nobody any more. */
    boolean open(Held held, Call call) {
        return locked(() -> {
            if (!isClosed) {
                ledger.add(held);
                perform(call);
            }
            return !isClosed;
        });
    }

    void send(Call call) {
        locked(() -> {
            perform(call);
            return true;
        });
    }

    void release(Held held) {
        locked(() -> {
            if (held.state == State.RUNNING && ledger.remove(held)) {
                perform(new Call(new Command.Release(held.id), Call.NOTHING));
            }
            return true;
        });
    }

    void giveBack(long ticket) {
        send(new Call(new Command.Release(ticket), Call.NOTHING));
    }

    <T extends @Nullable Object> T read(Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }

    PoolSettings settings() {
        return read(heard::settings);
    }

    /** Under the lock. */
    void settings(PoolSettings changed) {
        heard.settings(changed);
    }

    /** Counts what may have changed positions. */
    long changes() {
        return read(() -> changes);
    }

    boolean isClosed() {
        return read(() -> isClosed);
    }

    /** Whether nothing is under way and nothing waits to be. */
    boolean isIdle() {
        return read(() -> (courier.isIdle() || alone != null) && telling.get() == 0);
    }

    /** Whether the pool is new and waits for nodes to tell what they hold. */
    boolean isLearning() {
        return read(() -> alone == null && heard.figures().isLearning());
    }

    List<Reply.Seen> seen() {
        return read(heard::seen);
    }

    Reply.Figures figures() {
        return read(heard::figures);
    }

    /** What a step came to, and what is to fly now. */
    private record Done<T>(T result, @Nullable Flight next) {}

    /** Does something under the lock, and afterwards whatever that led to. */
    private <T> T locked(Supplier<T> step) {
        Done<T> done = done(step);
        Flight next = done.next();
        if (next != null) {
            sender.launch(next, this::landed);
        }
        return done.result();
    }

    private <T> Done<T> done(Supplier<T> step) {
        T result;
        Flight flight;
        List<Ledger.News> told;
        lock.lock();
        try {
            result = step.get();
            flight = nextFlight();
            // Never the list itself while it is empty: others go on filling it.
            told = List.copyOf(news);
            if (!told.isEmpty()) {
                news.clear();
                telling.incrementAndGet();
            }
        } finally {
            lock.unlock();
        }
        if (!told.isEmpty()) {
            try {
                told.forEach(teller);
            } finally {
                telling.decrementAndGet();
            }
        }
        return new Done<>(result, flight);
    }

    private @Nullable Flight nextFlight() {
        if (alone != null && (inTheAir >= MOST_PROBES || courier.flight() != null)) {
            return null;
        }
        Flight flight = courier.next(heard.settingsRevision(), System.nanoTime());
        if (flight != null) {
            inTheAir++;
            had = alone == null ? ledger.running() : had;
        }
        return flight;
    }

    private void perform(Call call) {
        ledger.note(call.command());
        if (!call.command().isQuestion()) {
            changes++;
        }
        Alone here = alone;
        if (here == null) {
            courier.add(call);
        } else {
            decideAlone(here, call);
        }
    }

    private void decideAlone(Alone here, Call call) {
        if (Alone.isForAll(call.command())) {
            courier.add(new Call(call.command(), Call.NOTHING));
        }
        call.end(here.step(call.command(), context.now()));
        here.takeEffects().forEach(this::take);
        alarm.after(here.nextDeadlineNanos(context.now()));
    }

    private @Nullable Flight landed(Flight flight, @Nullable Reply reply) {
        Done<Boolean> done = done(() -> {
            inTheAir--;
            if (!courier.lands(flight)) {
                return false;
            }
            if (reply == null || reply.outcome() != Outcome.DONE) {
                return cameToNothing(flight, reply);
            }
            if (alone == null && isLate(flight)) {
                // After a pause of this process, or of the network: the cluster may have given its turns to others.
                courier.again(flight);
                return false;
            }
            arrived(flight, reply);
            return false;
        });
        if (done.result()) {
            create();
        }
        return done.next();
    }

    /** Whether the state is to be made anew. */
    private boolean cameToNothing(Flight flight, @Nullable Reply reply) {
        courier.again(flight);
        Outcome outcome = reply == null ? null : reply.outcome();
        if (outcome == Outcome.REGISTER) {
            return false;
        }
        courier.pause(true);
        if (outcome != Outcome.NO_STATE) {
            context.node().after(PoolsContext.PAUSE, this::goOn);
        }
        return outcome == Outcome.NO_STATE;
    }

    private void goOn() {
        locked(() -> {
            courier.pause(false);
            return true;
        });
    }

    private void create() {
        // Calls can be lost while nodes come; the pool does not wait for one that is.
        context.node().after(context.ackWithin(), this::goOn);
        if (sender.create(settings(), figures().mode(), figures().expected(), read(() -> had))) {
            goOn();
        }
    }

    private void arrived(Flight flight, Reply reply) {
        if (alone != null) {
            // The cluster is back: what was decided here since the registration left is told by another.
            alone = null;
            LOG.log(Level.INFO, "pool '" + name + "': the cluster answers again");
            courier.registerAnew();
            return;
        }
        for (int i = 0; i < flight.calls().size(); i++) {
            flight.calls().get(i).end(reply.results().get(i));
        }
        heard.take(reply);
        courier.hasSeen(heard.seenSum());
        Mail mail = reply.mail();
        Mail fresh = mail == null ? null : courier.open(mail);
        if (fresh != null) {
            fresh.effects().forEach(this::take);
        }
        alarm.after(heard.figures().nextDeadlineNanos());
    }

    private void take(Effect effect) {
        changes++;
        Ledger.News told = ledger.take(effect, context.now());
        if (told != null) {
            news.add(told);
        }
    }

    /**
     * There is mail, up to that number. It is fetched, not taken as it comes: the state must know what this node acts
     * on, so that the turns of a node that stands still can go to others.
     */
    void announce(long registration, long last) {
        locked(() -> {
            if (alone == null) {
                courier.announce(registration, last);
            }
            return true;
        });
    }

    /** The state was made anew, or this node was away from it: tells everything. */
    void registerAnew() {
        locked(() -> {
            courier.registerAnew();
            return true;
        });
    }

    private void timeIsUp() {
        locked(() -> {
            alarm.rang();
            perform(new Call(new Command.Tick(), Call.NOTHING));
            return true;
        });
    }

    /** To be called several times a second: asks for mail, and notices that the cluster does not answer. */
    void tick() {
        locked(() -> {
            Flight flight = courier.flight();
            if (flight != null && isLate(flight)) {
                if (alone == null) {
                    goAlone();
                } else {
                    courier.giveUp().forEach(call -> keepForAll(call));
                }
            } else if (alone != null) {
                courier.registerAnew();
            } else if (courier.onlyAsks()) {
                perform(new Call(new Command.Tick(), Call.NOTHING));
            }
            return true;
        });
    }

    private boolean isLate(Flight flight) {
        return System.nanoTime() - flight.sinceNanos() > context.ackWithin().toNanos();
    }

    /** The cluster has not answered {@code call} in time. */
    void goAlone(Call call) {
        locked(() -> {
            if (!call.answer().isDone() && alone == null) {
                goAlone();
            }
            return true;
        });
    }

    private void goAlone() {
        LOG.log(
                Level.WARNING,
                "pool '" + name + "': the cluster does not answer, this node goes on with the slots that it has");
        long now = context.now();
        int own = ledger.running() + courier.unsentReleases();
        List<Call> unanswered = courier.giveUp();
        Alone here = new Alone(
                context.node().name(),
                heard.settings(),
                context.node().settings().onPartition(),
                ledger.register(now),
                own,
                heard.figures().mode(),
                now);
        alone = here;
        here.takeEffects().forEach(this::take);
        for (Call call : unanswered) {
            if (!(call.command() instanceof Command.Register)) {
                decideAlone(here, call);
            }
        }
        alarm.after(here.nextDeadlineNanos(now));
    }

    private void keepForAll(Call call) {
        if (Alone.isForAll(call.command())) {
            courier.add(call);
        }
    }

    /** Ends every wait of this node and takes nobody any more; those who run go on. */
    void close() {
        locked(() -> {
            isClosed = true;
            long now = context.now();
            for (Held held : ledger.all()) {
                if (held.state == State.WAITING && ledger.remove(held)) {
                    Effect ended = new Effect.Ended(held.id, context.node().name(), HazelcastPool.stopping(held, now));
                    news.add(new Ledger.News(held, held.waiter, ended));
                    perform(new Call(new Command.Abandon(held.id), Call.NOTHING));
                }
            }
            return true;
        });
    }
}
