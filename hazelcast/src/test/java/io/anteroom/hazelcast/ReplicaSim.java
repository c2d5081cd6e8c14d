// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Absence;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Audit;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Decision;
import io.anteroom.admission.Effect;
import io.anteroom.admission.Lease;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import io.anteroom.hazelcast.Courier.Flight;
import io.anteroom.hazelcast.Held.State;
import io.anteroom.hazelcast.Reply.Outcome;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/**
 * A pool's state with its backup and three nodes, everything in the order that one seed gives. Between any two steps
 * the owner can die, before or after the backup has heard of a batch; answers are lost, batches come twice or late, all
 * copies are lost, nodes die and come back, stand still and go on, and nodes of the release before come and go. Kept
 * places and reserved slots change their node meanwhile. After every step
 *
 * <ul>
 *   <li>the copies are equal;
 *   <li>nobody was let in before one who came earlier in the same flow and could run, but for those whose turn had
 *       come;
 *   <li>no two nodes hold the same request, and none holds one that has ended.
 * </ul>
 *
 * <p>Whenever all is quiet the state holds exactly what the nodes hold, each under its node; what was let go of and
 * never taken over is forgotten after its time. Nobody is told twice of a turn or an end.
 *
 * <p>Where nothing is lost that the state has acknowledged, and nobody changes the slots, the nodes never use more of
 * them at once than there are; what a node that stands still has not been told of is not kept for it.
 */
final class ReplicaSim {
    private static final int SLOTS = 6;
    private static final long ACK_WITHIN_NANOS = 1_000_000_000L;
    /** After this a node that stands still has been found out: it was quiet, and others have sent batches since. */
    private static final long FOUND_OUT_NANOS = 1_600_000_000L;

    /** A place or slot at which nobody is ends within this, whatever becomes of the owner's clock. */
    private static final long UNATTENDED_NANOS = 10_000_000_000L;

    /** Some 4.7 s. */
    private static final int STEPS_TO_REST = 500;

    private static final List<String> NAMES = List.of("n1", "n2", "n3");
    private static final Waiter NOBODY = new Waiter() {
        @Override
        public void admitted(Lease lease) {}

        @Override
        public void refused(Refusal refusal) {}
    };

    private final Random random;
    private final boolean isStrict;
    /** Whether no owner dies either: a new one does not know what the one before may have told. */
    private final boolean ownerLives;

    private int version = Codec.VERSION;
    private SharedPool owner;
    private SharedPool backup;
    private long ownerSession = 1;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<Batch> late = new ArrayList<>();
    private final Handovers handovers = new Handovers();
    private final Map<Long, Integer> told = new HashMap<>();
    /** What nodes hold, or have let go of for another. */
    private Set<Long> open = new HashSet<>();

    private PoolSettings settings =
            PoolSettings.ofSlots(SLOTS).withEarlyRefusal(false).withQueue(200, 1 << 20);
    private long nowNanos = 5_000_000_000L;
    private long lastTicket = 100;
    private long lastSeen = lastTicket;
    private long lastSession = 100;
    long commands;
    long crashes;
    long losses;
    long audits;
    long freezes;
    long tookBack;
    long releases;
    long adopted;
    long lostOnTheWay;

    private final class SimNode {
        private final String name;
        private final long session = ++lastSession;
        private final Ledger ledger = new Ledger();
        private final Courier courier;
        private boolean isFrozen;
        /** Since it registered last, so that it does not know of what it was told then. */
        private boolean hasLostAnswers;

        private long frozenSince;
        private long frozenUntil;
        private Flight inTheAir;
        private Reply onItsWay;

        SimNode(String name) {
            this.name = name;
            this.courier = new Courier(name, session, () -> ledger.register(nowNanos));
        }

        private Held any(State state) {
            List<Held> fitting =
                    ledger.all().stream().filter(held -> held.state == state).toList();
            return fitting.isEmpty() ? null : fitting.get(random.nextInt(fitting.size()));
        }
    }

    /** @param isStrict whether nothing goes wrong that costs more than a node's pause */
    ReplicaSim(long seed, boolean isStrict) {
        random = new Random(seed);
        this.isStrict = isStrict;
        this.ownerLives = isStrict && seed % 2 == 0;
        owner = new SharedPool(settings, PoolMode.OPEN, new Beginning(NAMES, List.of(), 3, 0));
        backup = copy(owner);
        NAMES.forEach(name -> nodes.add(new SimNode(name)));
    }

    /** Until so many commands have been carried out. */
    void run(long most) {
        for (long step = 0; commands < most; step++) {
            nowNanos += random.nextInt(20) * 1_000_000L;
            SimNode node = nodes.get(random.nextInt(nodes.size()));
            if (node.isFrozen) {
                wakeUpInTime(node);
            } else if (random.nextInt(400) == 0 && isAnotherAwake(node)) {
                freeze(node, random.nextInt(4000) * 1_000_000L, true);
            } else if (random.nextInt(4000) == 0) {
                restart(node);
            } else if (!isStrict && random.nextInt(8000) == 0) {
                loseEverything();
            } else if (!isStrict && random.nextInt(600) == 0) {
                anotherRelease();
            } else {
                ask(node);
                fly(node);
            }
            checkSlots();
            checkHolders();
            if (step % STEPS_TO_REST == 0) {
                comeToRest();
                if (!isStrict && audits % 3 == 2) {
                    anotherRelease();
                } else if (ownerLives) {
                    // Long enough to be found out, and over before the next rest: no seed goes without.
                    freeze(nodes.get(random.nextInt(nodes.size())), FOUND_OUT_NANOS + 1_000_000_000L, false);
                }
            }
        }
        comeToRest();
    }

    /** It stands still, perhaps with a batch under way, which may have been carried out. */
    private void freeze(SimNode node, long nanos, boolean mayBeCarriedOut) {
        freezes++;
        ask(node);
        Flight flight = node.courier.next(0, nowNanos);
        if (flight != null && mayBeCarriedOut && random.nextBoolean()) {
            node.onItsWay = carryOut(flight.batch(), true);
        }
        node.inTheAir = flight;
        node.isFrozen = true;
        node.frozenSince = nowNanos;
        node.frozenUntil = nowNanos + nanos;
    }

    /** Where all stand still no time passes for the state, and nobody is found out. */
    private boolean isAnotherAwake(SimNode node) {
        return nodes.stream().anyMatch(other -> other != node && !other.isFrozen);
    }

    private void wakeUpInTime(SimNode node) {
        if (nowNanos - node.frozenUntil < 0) {
            return;
        }
        if (ownerLives
                && nowNanos - node.frozenSince > FOUND_OUT_NANOS
                && node.onItsWay == null
                && !node.hasLostAnswers) {
            checkTurnsOf(node);
        }
        wakeUp(node);
    }

    private void wakeUp(SimNode node) {
        Flight flight = node.inTheAir;
        node.isFrozen = false;
        node.inTheAir = null;
        if (flight != null && nowNanos - flight.sinceNanos() > ACK_WITHIN_NANOS) {
            land(node, flight, null);
        } else if (flight != null) {
            land(node, flight, node.onItsWay);
        }
        node.onItsWay = null;
    }

    /** Others have whatever this node has not been told of. */
    private void checkTurnsOf(SimNode node) {
        Map<Long, String> holders = Audit.holders(owner.machine());
        Audit.requests(owner.machine()).forEach((ticket, isRunning) -> {
            boolean isItsOwn = node.name.equals(holders.get(ticket));
            Held held = node.ledger.find(ticket);
            if (isRunning && isItsOwn && held != null && held.state != State.RUNNING) {
                throw new AssertionError("ticket " + ticket + " has a slot, and its node " + node.name
                        + ", which stands still, does not know: " + held.state);
            }
        });
        tookBack++;
    }

    private void checkSlots() {
        // A reserved slot is not in use until somebody has come for it.
        long running = nodes.stream()
                .flatMap(node -> node.ledger.all().stream())
                .filter(held -> held.state == State.RUNNING && held.arrival.claimWithin() == null)
                .count();
        if (isStrict && running > SLOTS) {
            throw new AssertionError(running + " run at once after " + commands + " commands");
        }
    }

    /** One request is at one place, and what has ended does not come back. */
    private void checkHolders() {
        Set<Long> now = new HashSet<>(handovers.tickets());
        for (SimNode node : nodes) {
            for (Held held : node.ledger.all()) {
                if (!now.add(held.id)) {
                    throw new AssertionError("ticket " + held.id + " is held twice, once by " + node.name);
                }
                if (held.id <= lastSeen && !open.contains(held.id)) {
                    throw new AssertionError("ticket " + held.id + " has ended, and " + node.name + " holds it");
                }
            }
        }
        open = now;
        lastSeen = lastTicket;
    }

    /** A node of the release before joins, or the last of them leaves. */
    private void anotherRelease() {
        releases++;
        version = version == Codec.VERSION ? Codec.FIRST_VERSION : Codec.VERSION;
        if (random.nextBoolean()) {
            // It had the state, or the copy.
            ownerDies();
        }
        SimNode node = nodes.stream().filter(one -> !one.isFrozen).findAny().orElse(null);
        if (node == null) {
            version = owner.form();
            return;
        }
        node.courier.add(new Call(new Command.Tick(), Call.NOTHING));
        Flight flight = node.courier.next(0, nowNanos);
        land(node, flight, carryOut(flight.batch(), true));
    }

    private void ask(SimNode node) {
        for (int i = random.nextInt(5); i >= 0; i--) {
            int what = random.nextInt(100);
            if (what < 42) {
                arrive(node);
            } else if (what < 72) {
                release(node, node.any(State.RUNNING));
            } else if (what < 84) {
                leaveOrComeBack(node, node.any(State.WAITING));
            } else if (what < 92) {
                changeNode(node);
            } else if (!isStrict) {
                operate(node);
            }
        }
    }

    private void arrive(SimNode node) {
        String key = "key" + random.nextInt(6);
        Priority priority = Priority.values()[random.nextInt(Priority.values().length)];
        Arrival arrival = Arrival.of(Caller.of(key, "ip" + random.nextInt(4)), priority);
        arrival = random.nextInt(10) == 0 ? arrival.withReservation(Duration.ofMillis(300)) : arrival;
        arrival = random.nextInt(10) == 0 ? arrival.withLongestWait(Duration.ofMillis(200)) : arrival;
        arrival = random.nextInt(20) == 0 ? arrival.withNotBefore(Duration.ofMillis(50)) : arrival;
        Held held = new Held(++lastTicket, arrival, NOBODY, nowNanos);
        node.ledger.add(held);
        node.courier.add(
                new Call(new Command.Arrive(held.id, arrival), result -> node.ledger.decided(held, result, nowNanos)));
    }

    private static void release(SimNode node, Held held) {
        if (held != null && node.ledger.remove(held)) {
            node.courier.add(new Call(new Command.Release(held.id), Call.NOTHING));
        }
    }

    private void leaveOrComeBack(SimNode node, Held held) {
        if (held == null) {
            return;
        }
        if (held.isRejoining) {
            return;
        }
        if (held.isAway() && node.ledger.beginRejoin(held.id) != null) {
            node.courier.add(new Call(new Command.Rejoin(held.id, 5), result -> {
                held.isRejoining = false;
                if (result instanceof Result.Decided decided && decided.decision() instanceof Decision.Queued) {
                    held.comesBack(NOBODY, 5);
                }
            }));
        } else if (random.nextBoolean()) {
            Absence absence = new Absence(Duration.ofMillis(400), Duration.ofMillis(100), 20);
            node.courier.add(new Call(new Command.Keep(held.id, absence), result -> {
                if (isDone(result)) {
                    held.leaves(absence, NOBODY, nowNanos);
                }
            }));
        } else {
            held.isEnding = true;
            node.courier.add(new Call(new Command.Abandon(held.id), result -> {
                held.isEnding = false;
                if (isDone(result)) {
                    node.ledger.remove(held);
                }
            }));
        }
    }

    /** As {@link HazelcastPool} does it: first nobody is told of it here any more, then the other takes it over. */
    private void changeNode(SimNode node) {
        Handovers.Handover waiting = handovers.next(node.name, random);
        if (waiting != null && random.nextInt(12) == 0) {
            // Who was to take it over has died, or heard nothing.
            handovers.fails(waiting, nowNanos);
        } else if (waiting != null) {
            adopt(node, waiting);
        } else {
            List<Held> fitting =
                    node.ledger.all().stream().filter(Held::mayBeLetGo).toList();
            if (!fitting.isEmpty()) {
                letGo(node, fitting.get(random.nextInt(fitting.size())));
            }
        }
    }

    private void letGo(SimNode node, Held held) {
        if (held.state == State.RUNNING && random.nextBoolean()) {
            held.isEnding = true;
            node.courier.add(new Call(new Command.Claim(held.id), result -> {
                held.isEnding = false;
                if (isDone(result)) {
                    held.claimed();
                }
            }));
            return;
        }
        Duration waited = held.waited(nowNanos);
        if (node.ledger.remove(held)) {
            handovers.add(node.name, held, waited);
        }
    }

    private void adopt(SimNode node, Handovers.Handover letGo) {
        handovers.taken(letGo);
        Held held = new Held(
                letGo.held().id,
                letGo.held().arrival.withBytes(5),
                NOBODY,
                nowNanos - letGo.waited().toNanos());
        held.claimed();
        node.ledger.add(held);
        node.courier.add(new Call(new Command.Adopt(held.id, 5), result -> {
            node.ledger.decided(held, result, nowNanos);
            adopted += held.state == State.OVER ? 0 : 1;
            lostOnTheWay += held.state == State.OVER ? 1 : 0;
        }));
    }

    private static boolean isDone(Result result) {
        return result instanceof Result.Done done && done.isDone();
    }

    private void operate(SimNode node) {
        Held held = nodes.get(random.nextInt(nodes.size())).any(State.WAITING);
        Command command = switch (random.nextInt(12)) {
            case 0 -> new Command.Mode(PoolMode.HOLDING);
            case 1, 2, 3 -> new Command.Mode(PoolMode.OPEN);
            case 4 -> new Command.LimitSlots(1 + random.nextInt(8));
            case 5 -> new Command.LimitSlots(Integer.MAX_VALUE);
            case 6 -> new Command.Configure(settings.withSlots(1 + random.nextInt(9)));
            case 7 -> new Command.Configure(settings.withLongestRun(Duration.ofMillis(random.nextInt(2) * 800L)));
            case 8 -> held == null ? new Command.Tick() : new Command.Cancel(held.id, "note " + held.id);
            case 9 -> held == null ? new Command.Tick() : new Command.Move(held.id, Priority.LOW);
            case 10 -> new Command.Hold(true);
            case 11 -> new Command.Hold(false);
            default -> new Command.Tick();
        };
        node.ledger.note(command);
        node.courier.add(new Call(command, Call.NOTHING));
    }

    /** Sends a node's next batch, as well as a cluster in trouble does that. */
    private void fly(SimNode node) {
        Flight flight = node.courier.next(0, nowNanos);
        if (flight == null) {
            return;
        }
        Batch batch = flight.batch();
        if (!late.isEmpty() && random.nextInt(50) == 0) {
            carryOut(late.remove(0), true);
        }
        int luck = ownerLives ? 30 + random.nextInt(970) : random.nextInt(1000);
        Reply reply = null;
        if (luck < 10) {
            // The owner dies before it has heard of it, and Hazelcast sends it to the next.
            ownerDies();
            reply = carryOut(batch, true);
        } else if (luck < 20) {
            // It dies before the backup has heard of it.
            carryOut(batch, false);
            ownerDies();
            reply = carryOut(batch, true);
        } else if (luck < 30) {
            // It dies before the answer is out.
            carryOut(batch, true);
            ownerDies();
            reply = carryOut(batch, true);
        } else if (luck < 40) {
            // The answer is lost for good.
            carryOut(batch, true);
        } else if (luck < 50) {
            // So is the batch, but for a moment much later.
            late.add(batch);
        } else if (luck < 60 && !isStrict) {
            // It is acknowledged without the backup's having heard of it, and the owner dies.
            reply = carryOut(batch, false);
            ownerDies();
        } else {
            reply = carryOut(batch, true);
        }
        land(node, flight, reply);
    }

    private Reply carryOut(Batch batch, boolean reachesBackup) {
        long offset = owner.owner() == ownerSession || owner.owner() == 0
                ? owner.offsetNanos()
                : owner.lastNanos() - nowNanos;
        Facts facts = new Facts(
                nowNanos + offset, nowNanos / 1_000_000, ownerSession, offset, NAMES, OnPartition.SHARE, 0, version);
        Set<Long> ready = Audit.ready(owner.machine());
        Map<Long, Boolean> before = Audit.requests(owner.machine());
        // A node that was out of reach may bring back some that came before them.
        Set<Long> passedOver = Audit.passedOver(owner.machine());
        Reply reply = owner.apply(overTheWire(batch), facts);
        if (keepsOrder(batch)) {
            checkOrder(before, ready, passedOver);
        }
        commands += batch.commands().size();
        if (reply.outcome() == Outcome.DONE && reachesBackup) {
            backup.replay(overTheWire(batch), facts);
            if (owner.stateHash() != backup.stateHash()) {
                throw new AssertionError("the copies differ after " + commands + " commands: " + batch);
            }
        }
        return reply;
    }

    /** Whether no command of it puts anybody elsewhere in line. */
    private static boolean keepsOrder(Batch batch) {
        return batch.commands().stream()
                .noneMatch(command -> command instanceof Command.Move || command instanceof Command.Register);
    }

    private void checkOrder(Map<Long, Boolean> before, Set<Long> ready, Set<Long> passedOver) {
        Audit.requests(owner.machine()).forEach((ticket, isRunning) -> {
            boolean isNew = isRunning && !before.getOrDefault(ticket, false) && !passedOver.contains(ticket);
            if (isNew && Audit.hasOvertaken(owner.machine(), ticket, ready)) {
                throw new AssertionError("ticket " + ticket + " has overtaken its own flow");
            }
        });
    }

    private void ownerDies() {
        crashes++;
        owner = backup;
        backup = copy(owner);
        ownerSession++;
    }

    private void loseEverything() {
        losses++;
        owner = new SharedPool(settings, PoolMode.OPEN, new Beginning(NAMES, List.of(), 3, 0));
        backup = copy(owner);
        ownerSession++;
    }

    /** A node's process ends, and another of its name begins with nothing. */
    private void restart(SimNode node) {
        crashes++;
        nodes.set(nodes.indexOf(node), new SimNode(node.name));
        late.removeIf(batch -> batch.session() == node.session);
    }

    private void land(SimNode node, Flight flight, Reply reply) {
        node.courier.lands(flight);
        node.hasLostAnswers |= reply == null;
        if (reply == null || reply.outcome() != Outcome.DONE) {
            node.courier.again(flight);
            return;
        }
        node.hasLostAnswers &= !flight.batch().isRegistration();
        for (int i = 0; i < flight.calls().size(); i++) {
            flight.calls().get(i).end(reply.results().get(i));
        }
        if (reply.mail() != null) {
            open(node, reply.mail());
        }
        reply.others()
                .forEach((name, mail) -> announce(
                        name, mail.registration(), mail.first() + mail.effects().size() - 1));
        owner.announce((name, bell) -> {
            Bell.Due due = bell.answer();
            announce(name, due.registration(), due.last());
        });
    }

    /** A word that may be lost. */
    private void announce(String name, long registration, long last) {
        nodes.stream()
                .filter(other -> other.name.equals(name) && !other.isFrozen && random.nextInt(4) > 0)
                .forEach(other -> other.courier.announce(registration, last));
    }

    private void open(SimNode node, Mail mail) {
        Mail fresh = node.courier.open(mail);
        if (fresh == null) {
            return;
        }
        for (Effect effect : fresh.effects()) {
            Ledger.News news = node.ledger.take(effect, nowNanos);
            if (news != null && news.held() == null) {
                node.courier.add(new Call(new Command.Release(effect.ticket()), Call.NOTHING));
            } else if (news != null && told.merge(effect.ticket(), 1, Integer::sum) > 1) {
                throw new AssertionError("ticket " + effect.ticket() + " was told twice");
            }
        }
    }

    /** Everything that is under way arrives; then the state holds what the nodes hold. */
    private void comeToRest() {
        late.clear();
        nodes.stream().filter(node -> node.isFrozen).forEach(this::wakeUp);
        for (int round = 0; round < 4; round++) {
            for (SimNode node : nodes) {
                node.courier.add(new Call(new Command.Tick(), Call.NOTHING));
                for (Flight flight = node.courier.next(0, nowNanos);
                        flight != null;
                        flight = node.courier.next(0, nowNanos)) {
                    land(node, flight, carryOut(flight.batch(), true));
                }
            }
        }
        Map<Long, Boolean> held = new HashMap<>();
        Map<Long, String> holders = new HashMap<>();
        nodes.forEach(node -> node.ledger.all().forEach(one -> {
            held.put(one.id, one.state == State.RUNNING);
            holders.put(one.id, node.name);
        }));
        Map<Long, Boolean> known = Audit.requests(owner.machine());
        known.keySet().removeAll(unattended(held.keySet()));
        if (!known.equals(held)) {
            Map<Long, Boolean> common = new HashMap<>(known);
            common.entrySet().retainAll(held.entrySet());
            known.entrySet().removeAll(common.entrySet());
            held.entrySet().removeAll(common.entrySet());
            throw new AssertionError("the state alone holds " + known + ", the nodes alone " + held);
        }
        Map<Long, String> nodesOfState = Audit.holders(owner.machine());
        nodesOfState.keySet().retainAll(held.keySet());
        if (!nodesOfState.equals(holders)) {
            throw new AssertionError("by the state " + nodesOfState + ", really " + holders);
        }
        Audit.check(owner.machine());
        told.keySet().retainAll(held.keySet());
        audits++;
    }

    /** What was let go of and not taken over: the state knows it for a while. */
    private Set<Long> unattended(Set<Long> held) {
        handovers.forget(nowNanos - UNATTENDED_NANOS);
        Set<Long> unattended = handovers.tickets();
        unattended.addAll(handovers.failed());
        unattended.removeAll(held);
        return unattended;
    }

    private SharedPool copy(SharedPool pool) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            pool.save(new DataOutputStream(bytes), version);
            return SharedPool.load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Batch overTheWire(Batch batch) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            CommandCodec.write(batch, version, new DataOutputStream(bytes));
            return CommandCodec.readBatch(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
