// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** A machine with a virtual clock for the examples: tickets count from 1, effects gather until they are taken. */
final class Desk {
    static final Duration SECOND = Duration.ofSeconds(1);

    /** Kept for twenty seconds, first for five of them once its turn has come. */
    static final Absence KEPT = new Absence(Duration.ofSeconds(20), Duration.ofSeconds(5), 100);

    PoolMachine machine;
    long nowNanos;
    private long lastTicket;
    private final List<Effect> effects = new ArrayList<>();

    Desk(PoolSettings settings) {
        this(settings, 0);
    }

    Desk(PoolSettings settings, int remembered) {
        machine = new PoolMachine(settings, remembered);
    }

    /** A pool without early refusal, which examples of other things would have to keep in mind. */
    static Desk ofSlots(int slots) {
        return new Desk(settings(slots));
    }

    static PoolSettings settings(int slots) {
        return PoolSettings.ofSlots(slots).withEarlyRefusal(false);
    }

    static Arrival by(String key) {
        return by(key, Priority.NORMAL);
    }

    static Arrival by(String key, Priority priority) {
        return Arrival.of(Caller.of(key, "ip-" + key), priority);
    }

    static Arrival from(String key, String ip) {
        return Arrival.of(Caller.of(key, ip), Priority.NORMAL);
    }

    Desk advance(Duration by) {
        nowNanos += by.toNanos();
        return this;
    }

    /** Lets time pass and does what falls due, as a shell would. */
    Desk tickAfter(Duration by) {
        advance(by);
        machine.tick(nowNanos, effects::add);
        return this;
    }

    void collect(Effect effect) {
        effects.add(effect);
    }

    Decision offer(Arrival arrival) {
        return offer(++lastTicket, arrival);
    }

    Decision offer(long ticket, Arrival arrival) {
        return machine.arrive(ticket, "node", arrival, nowNanos, effects::add);
    }

    Decision offerFrom(String node, long ticket, Arrival arrival) {
        return machine.arrive(ticket, node, arrival, nowNanos, effects::add);
    }

    /** One that gets a slot. */
    long run(Arrival arrival) {
        Decision decision = offer(arrival);
        if (!(decision instanceof Decision.Admitted)) {
            throw new AssertionError("not admitted: " + decision);
        }
        return lastTicket;
    }

    /** One that has to wait. */
    long queue(Arrival arrival) {
        Decision decision = offer(arrival);
        if (!(decision instanceof Decision.Queued)) {
            throw new AssertionError("not queued: " + decision);
        }
        return lastTicket;
    }

    /** One that is refused. */
    Refusal refuse(Arrival arrival) {
        Decision decision = offer(arrival);
        if (decision instanceof Decision.Refused refused) {
            return refused.refusal();
        }
        throw new AssertionError("not refused: " + decision);
    }

    boolean release(long ticket) {
        return machine.release(ticket, nowNanos, effects::add);
    }

    boolean abandon(long ticket) {
        return machine.abandon(ticket, nowNanos, effects::add);
    }

    boolean keep(long ticket) {
        return keep(ticket, KEPT);
    }

    boolean keep(long ticket, Absence absence) {
        return machine.keep(ticket, absence, nowNanos, effects::add);
    }

    Decision rejoin(long ticket) {
        return machine.rejoin(ticket, 0, nowNanos, effects::add);
    }

    boolean claim(long ticket) {
        return machine.claim(ticket, nowNanos, effects::add);
    }

    boolean cancel(long ticket) {
        return machine.cancel(ticket, nowNanos, effects::add);
    }

    boolean move(long ticket, Priority priority) {
        return machine.move(ticket, priority, nowNanos, effects::add);
    }

    void configure(PoolSettings settings) {
        machine.configure(settings, nowNanos, effects::add);
    }

    void limitSlots(int most) {
        machine.limitSlots(most, nowNanos, effects::add);
    }

    void mode(PoolMode mode) {
        machine.mode(mode, nowNanos, effects::add);
    }

    int nodeSilent(String node, Long... untold) {
        return machine.nodeSilent(node, Set.of(untold), nowNanos, effects::add);
    }

    void nodeLost(String node) {
        machine.nodeLost(node, nowNanos, effects::add);
    }

    void register(String node, Registration... held) {
        machine.register(node, List.of(held), nowNanos, effects::add);
    }

    QueueStatus status(long ticket) {
        QueueStatus status = machine.status(ticket, nowNanos);
        if (status == null) {
            throw new AssertionError(ticket + " does not wait");
        }
        return status;
    }

    boolean isWaiting(long ticket) {
        return machine.status(ticket, nowNanos) != null;
    }

    PoolSnapshot snapshot() {
        return machine.snapshot(nowNanos);
    }

    long refusals(Refusal.Code code) {
        Map<Refusal.Code, Long> refused = snapshot().counts().refused();
        return refused.getOrDefault(code, -1L);
    }

    PoolState state() {
        return machine.state();
    }

    Entry entry(long ticket) {
        Entry entry = state().entries.find(ticket);
        if (entry == null) {
            throw new AssertionError("no entry " + ticket);
        }
        return entry;
    }

    void effectsAdd(Effect effect) {
        effects.add(effect);
    }

    /** What happened since this was last asked. */
    List<Effect> effects() {
        List<Effect> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }

    /** The tickets that were granted since effects were last asked for. */
    List<Long> granted() {
        return effects().stream()
                .filter(effect -> effect instanceof Effect.Granted)
                .map(Effect::ticket)
                .toList();
    }

    /** The tickets that ended for one reason since effects were last asked for. */
    List<Long> ended(Refusal.Code code) {
        return effects().stream()
                .filter(effect ->
                        effect instanceof Effect.Ended ended && ended.refusal().code() == code)
                .map(Effect::ticket)
                .toList();
    }

    /** Releases one after the other, each after its expected cost, until nobody waits: the order of admission. */
    List<Long> drain(long running) {
        List<Long> order = new ArrayList<>();
        effects.clear();
        long runs = running;
        while (true) {
            advance(Duration.ofNanos(entry(runs).costMicros * 1000));
            release(runs);
            List<Long> next = granted();
            if (next.isEmpty()) {
                return order;
            }
            if (next.size() != 1) {
                throw new AssertionError("more than one at a time: " + next);
            }
            runs = next.get(0);
            order.add(runs);
        }
    }

    byte[] saved() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            machine.save(new DataOutputStream(bytes));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    static PoolMachine loaded(byte[] saved) throws IOException {
        return PoolMachine.load(new DataInputStream(new ByteArrayInputStream(saved)));
    }
}
