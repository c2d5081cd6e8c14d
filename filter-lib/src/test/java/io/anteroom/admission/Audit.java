// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Recounts everything that a machine keeps count of, from its requests alone. */
public final class Audit {
    private Audit() {}

    /**
     * Fails if any counter, list or heap disagrees with the requests, or if a slot idles while somebody could have it.
     */
    public static void check(PoolMachine machine) {
        PoolState state = machine.state();
        Entry[] entries = state.entries.toArray();
        counts(state, entries);
        flows(state, entries);
        parties(state, entries);
        backlogs(state);
        work(state, entries);
    }

    private static void counts(PoolState state, Entry[] entries) {
        long running = Arrays.stream(entries).filter(entry -> entry.running).count();
        assertThat(state.running).as("running").isEqualTo((int) running);
        assertThat(state.line.waiting).as("waiting").isEqualTo((int) (entries.length - running));
        long bytes = Arrays.stream(entries)
                .filter(entry -> !entry.running)
                .mapToLong(entry -> entry.bytes)
                .sum();
        assertThat(state.line.waitingBytes).as("waiting bytes").isEqualTo(bytes);
        for (Priority priority : Priority.values()) {
            Level level = state.line.levels[priority.ordinal()];
            long waiting = Arrays.stream(entries)
                    .filter(entry -> !entry.running && entry.flow.priority == priority)
                    .count();
            long runs = Arrays.stream(entries)
                    .filter(entry -> entry.running && entry.flow.priority == priority)
                    .count();
            assertThat(level.waiting).as("waiting in " + priority).isEqualTo((int) waiting);
            assertThat(level.running).as("running in " + priority).isEqualTo((int) runs);
        }
        boolean leasesExpire = !state.settings.longestRun().isZero();
        for (Entry entry : entries) {
            boolean expected = !entry.running || leasesExpire || entry.claimNanos >= 0;
            assertThat(state.deadlines.contains(entry)).as("deadline kept").isEqualTo(expected);
        }
        absences(state, entries);
    }

    /** Who is away, and who was passed over: each once, in the order of their turns, out of every flow. */
    private static void absences(PoolState state, Entry[] entries) {
        long away = Arrays.stream(entries).filter(entry -> entry.away).count();
        assertThat(state.line.away).as("away").isEqualTo((int) away);
        Set<Entry> aside = new HashSet<>();
        long turn = 0;
        long micros = 0;
        for (Entry entry = state.line.aside.first(); entry != null; entry = entry.next) {
            assertThat(entry.turn).as("order of turns").isGreaterThan(turn);
            assertThat(entry.readyPlace != IndexedHeap.ABSENT).as("ready").isEqualTo(entry.canRun());
            turn = entry.turn;
            micros += entry.costMicros;
            aside.add(entry);
        }
        assertThat(turn).isLessThanOrEqualTo(state.line.aside.lastTurn);
        assertThat(state.line.aside.size).isEqualTo(aside.size());
        assertThat(state.line.aside.micros).isEqualTo(micros);
        for (Entry entry : entries) {
            assertThat(entry.isAside()).as("aside").isEqualTo(aside.contains(entry));
            assertThat(entry.running && (!entry.canRun() || entry.isAside())).isFalse();
            if (!entry.running) {
                long end = entry.arrivedNanos + state.longestWaitNanos(entry);
                end = entry.away ? Math.min(end, entry.awayUntilNanos) : end;
                assertThat(entry.deadlineNanos).isEqualTo(entry.held ? Math.min(end, entry.heldUntilNanos) : end);
            }
            if (entry.away) {
                assertThat(entry.bytes).as("bytes of one that is away").isZero();
            }
        }
    }

    private static void flows(PoolState state, Entry[] entries) {
        Map<Flow, Integer> waiting = new HashMap<>();
        for (Entry entry : entries) {
            waiting.merge(entry.flow, entry.running || entry.isAside() ? 0 : 1, Integer::sum);
        }
        waiting.forEach((flow, count) -> {
            assertThat(flow.waiting).as("flow " + flow.key.name).isEqualTo(count);
            int listed = 0;
            long micros = 0;
            Entry previous = null;
            for (Entry entry = flow.first; entry != null; entry = entry.next) {
                assertThat(entry.previous).isSameAs(previous);
                assertThat(previous == null || previous.isBefore(entry))
                        .as("arrival order")
                        .isTrue();
                listed++;
                micros += entry.costMicros;
                previous = entry;
            }
            assertThat(flow.last).isSameAs(previous);
            assertThat(listed).isEqualTo(count);
            assertThat(flow.waitingMicros).isEqualTo(micros);
            Group group = state.line.groupOf(flow);
            assertThat(group.order.contains(flow)).as("in order").isEqualTo(count > 0 && flow.parkedBy == null);
            assertThat(state.line.levelOf(flow).longest.contains(flow)).isEqualTo(count > 0);
            assertThat(flow.backlogPlace >= 0).isEqualTo(count > 0);
        });
    }

    private static void parties(PoolState state, Entry[] entries) {
        Set<Party> used = new HashSet<>();
        Map<Party, int[]> expected = new HashMap<>();
        for (Entry entry : entries) {
            for (Party party : new Party[] {entry.flow.key, entry.ip}) {
                used.add(party);
                expected.computeIfAbsent(party, unknown -> new int[2])[entry.running ? 1 : 0]++;
            }
            assertThat(state.keys.find(entry.flow.key.name)).isSameAs(entry.flow.key);
            assertThat(state.ips.find(entry.ip.name)).isSameAs(entry.ip);
        }
        expected.forEach((party, counts) -> {
            assertThat(party.waiting).as("waiting of " + party.name).isEqualTo(counts[0]);
            assertThat(party.running).as("running of " + party.name).isEqualTo(counts[1]);
            assertThat(party.idle).as("idle").isFalse();
        });
        for (Party party : state.keys.inOrder()) {
            assertThat(party.idle).as("idle " + party.name).isEqualTo(!used.contains(party));
        }
        for (Party party : state.ips.inOrder()) {
            assertThat(party.idle).as("idle " + party.name).isEqualTo(!used.contains(party));
        }
    }

    private static void backlogs(PoolState state) {
        for (Group group : state.line.groups()) {
            long micros = 0;
            long tickets = 0;
            for (Flow flow : group.backlogged) {
                micros += flow.waitingMicros;
                tickets += 2L * flow.waiting;
            }
            assertThat(group.micros.total()).as("backlog").isEqualTo(micros);
            assertThat(group.tickets.total()).as("tickets").isEqualTo(tickets);
            assertThat(group.waiting * 2L).isEqualTo(tickets);
        }
    }

    /** No slot idles while somebody eligible waits; whoever is held back is held back by a limit that is met. */
    private static void work(PoolState state, Entry[] entries) {
        boolean admits = state.mode == PoolMode.OPEN || state.mode == PoolMode.DRAINING;
        boolean free = admits && state.running < state.slots();
        if (free) {
            assertThat(state.line.aside.next())
                    .as("a slot idles while one is back")
                    .isNull();
        }
        for (Entry entry : entries) {
            if (entry.running || entry.flow.first != entry) {
                continue;
            }
            Party holder = state.holderOf(entry);
            if (free) {
                assertThat(holder)
                        .as("a slot idles while " + entry.id + " could have it")
                        .isNotNull();
            }
            Party parkedBy = entry.flow.parkedBy;
            if (parkedBy != null) {
                int limit = parkedBy == entry.flow.key
                        ? state.limitsOf(parkedBy).maxRunning()
                        : state.settings.perIp().maxRunning();
                assertThat(parkedBy.running).as("held back by " + parkedBy.name).isGreaterThanOrEqualTo(limit);
            }
        }
    }

    /** Checks the bound of the package for costs that come out as expected: V <= S(f) <= V + c / w. */
    public static void fairness(PoolMachine machine, long largestCostMicros) {
        PoolState state = machine.state();
        if (state.settings.order() == Order.FIFO) {
            return;
        }
        for (Group group : state.line.groups()) {
            for (int i = 0; i < group.order.size(); i++) {
                Flow flow = group.order.at(i);
                long most = Group.virtualCost(largestCostMicros, state.line.weightOf(flow));
                assertThat(flow.start - group.virtual)
                        .as("lead of " + flow.key.name)
                        .isBetween(0L, most);
            }
        }
    }

    /** When the wait of a ticket ends. */
    public static long deadlineNanos(PoolMachine machine, long ticket) {
        Entry entry = machine.state().entries.find(ticket);
        return entry == null ? Long.MIN_VALUE : entry.deadlineNanos;
    }

    /** Whether an earlier arrival of the same key and level still waits that could run. */
    public static boolean hasEarlierInFlow(PoolMachine machine, long ticket) {
        Entry entry = machine.state().entries.find(ticket);
        return entry != null
                && Arrays.stream(machine.state().entries.toArray())
                        .anyMatch(other ->
                                !other.running && other.canRun() && other.flow == entry.flow && other.isBefore(entry));
    }

    /** Those who wait and could run if a slot were free. */
    public static Set<Long> ready(PoolMachine machine) {
        Set<Long> ready = new HashSet<>();
        for (Entry entry : machine.state().entries.toArray()) {
            if (!entry.running && entry.canRun()) {
                ready.add(entry.id);
            }
        }
        return ready;
    }

    /** Everybody whose turn has come and was passed over: they are first, whoever comes back to their flow. */
    public static Set<Long> passedOver(PoolMachine machine) {
        Set<Long> passedOver = new HashSet<>();
        for (Entry entry : machine.state().entries.toArray()) {
            if (entry.isAside()) {
                passedOver.add(entry.id);
            }
        }
        return passedOver;
    }

    /** Whether one that runs came later in its flow than any of {@code others} that still wait and could run. */
    public static boolean hasOvertaken(PoolMachine machine, long ticket, Set<Long> others) {
        Entry entry = machine.state().entries.find(ticket);
        return entry != null
                && others.stream()
                        .map(machine.state().entries::find)
                        .anyMatch(other -> other != null
                                && !other.running
                                && other.canRun()
                                && other.flow == entry.flow
                                && other.isBefore(entry));
    }

    /** Everything that runs or waits, and which node holds it. */
    public static Map<Long, String> holders(PoolMachine machine) {
        Map<Long, String> holders = new HashMap<>();
        for (Entry entry : machine.state().entries.toArray()) {
            holders.put(entry.id, entry.node);
        }
        return holders;
    }

    /** Everything that runs or waits, and whether it runs. */
    public static Map<Long, Boolean> requests(PoolMachine machine) {
        Map<Long, Boolean> requests = new HashMap<>();
        for (Entry entry : machine.state().entries.toArray()) {
            requests.put(entry.id, entry.running);
        }
        return requests;
    }
}
