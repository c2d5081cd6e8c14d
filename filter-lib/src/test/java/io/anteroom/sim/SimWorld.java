// SPDX-License-Identifier: Apache-2.0
package io.anteroom.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Absence;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Audit;
import io.anteroom.admission.Decision;
import io.anteroom.admission.Effect;
import io.anteroom.admission.PoolMachine;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Registration;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Predicate;

/**
 * A world in which everything that can happen to a pool happens, in the order that one seed gives. After every step the
 * invariants are checked:
 *
 * <ol>
 *   <li>never more than the slots run, but while a lowered limit drains, and then nobody is admitted;
 *   <li>every ticket has exactly one end;
 *   <li>no slot idles while somebody eligible waits who is there and may run;
 *   <li>nobody waits past the deadline, nobody expires early;
 *   <li>arrival order inside a flow, of those who could run: a kept place is never behind a later one;
 *   <li>nobody runs before the moment that its arrival names;
 *   <li>a place or slot that changes its node is one node's at a time, and goes on where it was in line;
 *   <li>the fairness bound between flows, where costs come out as expected;
 *   <li>every counter equals what is counted anew;
 *   <li>a second machine fed the same is equal, and so is one that was saved and loaded;
 *   <li>the same seed gives the same log.
 * </ol>
 */
final class SimWorld {
    private static final String[] NODES = {"n1", "n2", "n3"};

    private final Random random;
    /** Requests cost what was said, so that the fairness bound can be checked. */
    private final boolean exactCosts;

    private final SimDice dice;

    private PoolMachine machine;
    private PoolMachine replica;
    private long nowNanos;
    private long lastTicket;
    private final Map<Long, SimRequest> live = new LinkedHashMap<>();
    private final List<Long> ended = new ArrayList<>();
    private final List<Effect> effects = new ArrayList<>();
    private long log = 17;
    private int admittedInStep;
    private int slotLimit = Integer.MAX_VALUE;
    private int runningBefore;

    SimWorld(long seed) {
        random = new Random(seed);
        exactCosts = random.nextInt(3) == 0;
        dice = new SimDice(random, exactCosts);
        PoolSettings settings = dice.settings();
        machine = new PoolMachine(settings, 64);
        replica = new PoolMachine(settings, 64);
        nowNanos = random.nextInt(3) == 0 ? 1L << 62 : random.nextLong() / 2;
    }

    /** Runs and checks; answers a digest of everything that happened. */
    long run(int steps) {
        for (int i = 0; i < steps; i++) {
            runningBefore = machine.running();
            admittedInStep = 0;
            step();
            check();
            if (i % 50 == 0) {
                compareReplicas();
            }
        }
        finish();
        return log;
    }

    private void step() {
        if (random.nextInt(4) != 0) {
            advanceTo(nowNanos + (long) (random.nextDouble() * random.nextInt(400) * 1_000_000L));
        }
        int what = random.nextInt(1000);
        if (what < 450) {
            arrive();
        } else if (what < 760) {
            release();
        } else if (what < 785) {
            leave();
        } else if (what < 830) {
            goOrComeBack();
        } else if (what < 850) {
            changeNode();
        } else if (what < 915) {
            passTime();
        } else if (what < 935) {
            operate();
        } else if (what < 957) {
            edit();
        } else if (what < 970) {
            repeat();
        } else if (what < 985) {
            loseOrRegister();
        } else {
            saveAndLoad();
        }
    }

    private void arrive() {
        long ticket = ++lastTicket;
        String node = NODES[random.nextInt(NODES.length)];
        Arrival arrival = dice.arrival();
        Decision decision = both(m -> m.arrive(ticket, node, arrival, nowNanos, this::collect));
        note(ticket, decision.getClass().getSimpleName().length());
        if (decision instanceof Decision.Admitted) {
            admittedInStep++;
            SimRequest request = new SimRequest(ticket, node, arrival, nowNanos);
            assertThat(request.notBeforeNanos()).as("admitted before its time").isZero();
            live.put(ticket, request.run(nowNanos));
        } else if (decision instanceof Decision.Queued queued) {
            assertThat(queued.initialPosition()).isBetween(1, machine.waiting());
            live.put(ticket, new SimRequest(ticket, node, arrival, nowNanos));
        } else {
            assertThat(decision).isInstanceOf(Decision.Refused.class);
            ended.add(ticket);
        }
        carryOut();
    }

    private void release() {
        SimRequest request = any(one -> one.isRunning && !one.isLetGo);
        if (request == null) {
            return;
        }
        if (exactCosts) {
            advanceTo(request.dueNanos());
            return;
        }
        release(request.ticket);
    }

    private void release(long ticket) {
        boolean released = both(m -> m.release(ticket, nowNanos, this::collect));
        assertThat(released).isTrue();
        end(ticket);
        carryOut();
        boolean again = both(m -> m.release(ticket, nowNanos, this::collect));
        assertThat(again).as("a second release").isFalse();
    }

    private void leave() {
        SimRequest request = any(one -> !one.isRunning);
        if (request == null) {
            return;
        }
        long ticket = request.ticket;
        boolean operator = request.isLetGo || random.nextBoolean();
        boolean gone = both(
                m -> operator ? m.cancel(ticket, nowNanos, this::collect) : m.abandon(ticket, nowNanos, this::collect));
        assertThat(gone).isTrue();
        if (!operator) {
            end(ticket);
        }
        carryOut();
        assertThat(live).doesNotContainKey(ticket);
    }

    private void goOrComeBack() {
        SimRequest request = any(one -> !one.isRunning && !one.isLetGo);
        SimRequest reserved = any(one -> one.isRunning && !one.isLetGo);
        if (reserved != null && reserved.isReserved() && random.nextBoolean()) {
            claim(reserved);
        } else if (request != null && request.absence == null) {
            keep(request);
        } else if (request != null) {
            rejoin(request);
        }
    }

    private void keep(SimRequest request) {
        Absence absence = dice.absence();
        int away = machine.away();
        boolean kept = both(m -> m.keep(request.ticket, absence, nowNanos, this::collect));
        assertThat(kept).isEqualTo(away < absence.most() && !absence.hold().isZero());
        if (kept) {
            request.leave(absence, nowNanos);
        }
        // One without a hold or a grace may be over at this very moment.
        tick();
    }

    private void rejoin(SimRequest request) {
        long bytes = random.nextInt(3000);
        Decision decision = both(m -> m.rejoin(request.ticket, bytes, nowNanos, this::collect));
        if (decision instanceof Decision.Queued) {
            request.leave(null, nowNanos);
            request.sends(bytes);
        } else {
            assertThat(decision).isInstanceOf(Decision.Refused.class);
        }
        carryOut();
        boolean stillThere = live.containsKey(request.ticket);
        Decision again = both(m -> m.rejoin(request.ticket, bytes, nowNanos, this::collect));
        if (request.absence == null && stillThere) {
            assertThat(again).isInstanceOf(request.isRunning ? Decision.Admitted.class : Decision.Queued.class);
        }
        carryOut();
    }

    /** Its node lets go of a kept place or a reserved slot; later, if ever, another takes it over. */
    private void changeNode() {
        SimRequest letGo = any(one -> one.isLetGo);
        SimRequest lettable = any(one -> one.mayBeLetGo() && !one.isLetGo);
        if (letGo != null && random.nextInt(3) != 0) {
            adopt(letGo, anotherNode(letGo));
        } else if (lettable != null) {
            lettable.isLetGo = true;
        }
    }

    private String anotherNode(SimRequest request) {
        String node = NODES[random.nextInt(NODES.length)];
        return node.equals(request.node) ? anotherNode(request) : node;
    }

    private void adopt(SimRequest request, String node) {
        long bytes = random.nextInt(3000);
        Decision decision = both(m -> m.adopt(request.ticket, node, bytes, nowNanos, this::collect));
        request.node = node;
        if (decision instanceof Decision.Refused) {
            assertThat(request.isRunning).as("a slot that is refused").isFalse();
        } else {
            assertThat(decision)
                    .as("what the next node is told")
                    .isInstanceOf(request.isRunning ? Decision.Admitted.class : Decision.Queued.class);
            request.isTaken(bytes, nowNanos);
        }
        carryOut();
        if (!request.isLetGo) {
            adoptInVain(request.ticket, anotherNode(request));
        }
    }

    /** Somebody is there, or it has ended: nobody else gets it. */
    private void adoptInVain(long ticket, String node) {
        Decision decision = both(m -> m.adopt(ticket, node, 1, nowNanos, this::collect));
        assertThat(decision).as("taken over twice").isInstanceOf(Decision.Over.class);
        assertThat(effects).isEmpty();
    }

    private void claim(SimRequest request) {
        boolean claimed = both(m -> m.claim(request.ticket, nowNanos, this::collect));
        assertThat(claimed).isTrue();
        request.claim();
        carryOut();
    }

    private void passTime() {
        long next = machine.nextDeadlineNanos();
        if (next != Long.MAX_VALUE && random.nextBoolean()) {
            advanceTo(next - 1 - random.nextInt(1000));
            advanceTo(next);
        } else {
            advanceTo(nowNanos + random.nextInt(3) * 1_000_000_000L);
        }
    }

    /** Time passes; where costs are exact, everybody ends at the moment at which it is due. */
    private void advanceTo(long nanos) {
        while (exactCosts) {
            SimRequest first = live.values().stream()
                    .filter(one -> one.isRunning && one.dueNanos() <= nanos)
                    .min((one, other) -> Long.compare(one.dueNanos(), other.dueNanos()))
                    .orElse(null);
            if (first == null) {
                break;
            }
            nowNanos = Math.max(nowNanos, first.dueNanos());
            tick();
            release(first.ticket);
        }
        nowNanos = Math.max(nowNanos, nanos);
        tick();
    }

    private void tick() {
        both(m -> {
            m.tick(nowNanos, this::collect);
            return 0;
        });
        carryOut();
    }

    /** What is known of the backends changes how many slots may be used. */
    private void limitSlots() {
        admittedInStep = 0;
        runningBefore = machine.running();
        slotLimit = random.nextBoolean() ? 1 + random.nextInt(6) : Integer.MAX_VALUE;
        both(m -> {
            m.limitSlots(slotLimit, nowNanos, this::collect);
            return 0;
        });
        carryOut();
    }

    private void operate() {
        if (random.nextInt(4) == 0) {
            limitSlots();
            return;
        }
        if (random.nextInt(3) == 0) {
            PoolMode[] modes = {PoolMode.OPEN, PoolMode.OPEN, PoolMode.HOLDING, PoolMode.DRAINING, PoolMode.CLOSED};
            PoolMode mode = modes[random.nextInt(modes.length)];
            both(m -> {
                m.mode(mode, nowNanos, this::collect);
                return 0;
            });
            carryOut();
            if (mode == PoolMode.CLOSED) {
                assertThat(machine.waiting()).isZero();
            }
            return;
        }
        SimRequest request = any(one -> !one.isRunning);
        if (request == null) {
            return;
        }
        Priority priority = Priority.values()[random.nextInt(4)];
        boolean moved = both(m -> m.move(request.ticket, priority, nowNanos, this::collect));
        assertThat(moved).isTrue();
        request.arrival = with(request.arrival, priority);
        carryOut();
    }

    private void edit() {
        both(m -> {
            m.mode(PoolMode.OPEN, nowNanos, this::collect);
            return 0;
        });
        carryOut();
        PoolSettings settings = dice.settings();
        admittedInStep = 0;
        runningBefore = machine.running();
        both(m -> {
            m.configure(settings, nowNanos, this::collect);
            return 0;
        });
        carryOut();
    }

    /** Commands that come twice, or for requests that are over. */
    private void repeat() {
        if (random.nextBoolean() && !live.isEmpty()) {
            SimRequest request = new ArrayList<>(live.values()).get(random.nextInt(live.size()));
            Decision decision =
                    both(m -> m.arrive(request.ticket, request.node, request.arrival, nowNanos, this::collect));
            assertThat(decision).isInstanceOf(request.isRunning ? Decision.Admitted.class : Decision.Queued.class);
        } else if (!ended.isEmpty()) {
            long over = ended.get(random.nextInt(ended.size()));
            assertThat((boolean) both(m -> m.release(over, nowNanos, this::collect)))
                    .isFalse();
            assertThat((boolean) both(m -> m.abandon(over, nowNanos, this::collect)))
                    .isFalse();
            assertThat((boolean) both(m -> m.cancel(over, nowNanos, this::collect)))
                    .isFalse();
            adoptInVain(over, NODES[0]);
        }
        assertThat(effects).isEmpty();
    }

    private void loseOrRegister() {
        if (exactCosts) {
            return;
        }
        String node = NODES[random.nextInt(NODES.length)];
        List<SimRequest> held = live.values().stream()
                .filter(request -> request.node.equals(node))
                .toList();
        if (random.nextBoolean()) {
            both(m -> {
                m.nodeLost(node, nowNanos, this::collect);
                return 0;
            });
            held.forEach(request -> end(request.ticket));
            carryOut();
            return;
        }
        List<Registration> told = new ArrayList<>();
        for (SimRequest request : held) {
            if (request.isLetGo || random.nextInt(8) == 0) {
                end(request.ticket);
            } else {
                told.add(request.registration(nowNanos));
            }
        }
        SimRequest letGo = any(one -> one.isLetGo);
        if (letGo != null && random.nextBoolean()) {
            // It has taken that over from a state which forgot it, and the first node has not been heard since.
            letGo.node = node;
            letGo.isTaken(random.nextInt(3000), nowNanos);
            told.add(letGo.registration(nowNanos));
        }
        both(m -> {
            m.register(node, told, nowNanos, this::collect);
            return 0;
        });
        carryOut();
    }

    private void saveAndLoad() {
        long before = machine.stateHash();
        machine = copy(machine);
        assertThat(machine.stateHash()).as("hash after save and load").isEqualTo(before);
        machine.rank();
    }

    private static PoolMachine copy(PoolMachine machine) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            machine.save(new DataOutputStream(bytes));
            return PoolMachine.load(new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Everybody ends, and nothing is left. */
    private void finish() {
        both(m -> {
            m.mode(PoolMode.CLOSED, nowNanos, this::collect);
            return 0;
        });
        carryOut();
        for (Long ticket : List.copyOf(live.keySet())) {
            both(m -> m.release(ticket, nowNanos, this::collect));
            end(ticket);
        }
        carryOut();
        assertThat(Audit.requests(machine)).isEmpty();
        Audit.check(machine);
        compareReplicas();
    }

    private void check() {
        int slots = Math.min(machine.settings().slots(), slotLimit);
        if (machine.running() > slots) {
            assertThat(admittedInStep).as("admitted above the slots").isZero();
            assertThat(machine.running()).isLessThanOrEqualTo(Math.max(runningBefore, slots));
        }
        Audit.check(machine);
        assertThat(machine.nextDeadlineNanos())
                .as("somebody is past the deadline")
                .isGreaterThan(nowNanos);
        Map<Long, Boolean> requests = Audit.requests(machine);
        assertThat(requests.keySet()).as("requests").isEqualTo(live.keySet());
        live.forEach((ticket, request) ->
                assertThat(requests.get(ticket)).as("running " + ticket).isEqualTo(request.isRunning));
    }

    private void compareReplicas() {
        assertThat(replica.stateHash()).as("replica").isEqualTo(machine.stateHash());
        note(nowNanos, machine.stateHash());
    }

    /** Gives both machines the same command; only the effects of the first are carried out, and both must be equal. */
    private <T> T both(Command<T> command) {
        List<Effect> before = List.copyOf(effects);
        T answer = command.to(machine);
        List<Effect> first = List.copyOf(effects);
        effects.clear();
        effects.addAll(before);
        T second = command.to(replica);
        assertThat(effects).as("effects of the replica").isEqualTo(first);
        assertThat(second).as("answer of the replica").isEqualTo(answer);
        return answer;
    }

    private interface Command<T> {
        T to(PoolMachine machine);
    }

    private void collect(Effect effect) {
        effects.add(effect);
    }

    private void carryOut() {
        for (Effect effect : effects) {
            note(effect.ticket(), effect.getClass().getSimpleName().length());
            SimRequest request = live.get(effect.ticket());
            assertThat(request)
                    .as("an effect on " + effect.ticket() + " after its end")
                    .isNotNull();
            assertThat(effect.node()).isEqualTo(request.node);
            if (effect instanceof Effect.Granted) {
                assertThat(request.isRunning).as("granted twice").isFalse();
                assertThat(request.absence).as("granted to nobody").isNull();
                assertThat(nowNanos - request.arrivedNanos)
                        .as("granted before its time")
                        .isGreaterThanOrEqualTo(request.notBeforeNanos());
                assertThat(nowNanos - request.arrivedNanos)
                        .as("admitted after the deadline")
                        .isLessThanOrEqualTo(request.longestWaitNanos(machine.settings()));
                request.run(nowNanos);
                admittedInStep++;
            } else if (effect instanceof Effect.Ended gone) {
                assertThat(request.isRunning).as("ended while running").isFalse();
                if (gone.refusal().code() == Refusal.Code.WAIT_TIMEOUT) {
                    assertThat(nowNanos - request.arrivedNanos)
                            .as("expired early")
                            .isGreaterThanOrEqualTo(request.longestWaitNanos(machine.settings()));
                } else if (gone.refusal().code() == Refusal.Code.ABSENT) {
                    long away = nowNanos - request.leftNanos;
                    long hold = request.absence.hold().toNanos();
                    long grace = request.absence.grace().toNanos();
                    assertThat(away).as("given up early").isGreaterThanOrEqualTo(Math.min(hold, grace));
                }
                end(effect.ticket());
            } else {
                assertThat(request.isRunning).as("a lease that is none").isTrue();
                long longest = machine.settings().longestRun().toNanos();
                long reserved =
                        request.isReserved() ? request.arrival.claimWithin().toNanos() : Long.MAX_VALUE;
                assertThat(nowNanos - request.admittedNanos)
                        .isGreaterThanOrEqualTo(Math.min(longest == 0 ? Long.MAX_VALUE : longest, reserved));
                end(effect.ticket());
            }
        }
        for (Effect effect : effects) {
            if (effect instanceof Effect.Granted) {
                assertThat(Audit.hasEarlierInFlow(machine, effect.ticket()))
                        .as("overtook its own flow")
                        .isFalse();
            }
        }
        effects.clear();
        if (exactCosts) {
            Audit.fairness(machine, SimDice.LARGEST_COST_MICROS);
        }
    }

    private void end(long ticket) {
        live.remove(ticket);
        ended.add(ticket);
        if (ended.size() > 64) {
            ended.remove(0);
        }
    }

    private SimRequest any(Predicate<SimRequest> which) {
        List<SimRequest> matching = live.values().stream().filter(which).toList();
        return matching.isEmpty() ? null : matching.get(random.nextInt(matching.size()));
    }

    private static Arrival with(Arrival a, Priority priority) {
        return new Arrival(
                a.caller(),
                priority,
                a.longestWait(),
                a.bytes(),
                a.cost(),
                a.onFull(),
                a.mayQueue(),
                a.batch(),
                a.claimWithin(),
                a.notBefore());
    }

    private void note(long one, long other) {
        log = log * 31 + one;
        log = log * 31 + other;
    }
}
