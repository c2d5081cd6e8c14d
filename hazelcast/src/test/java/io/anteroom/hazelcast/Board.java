// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Audit;
import io.anteroom.admission.Caller;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Registration;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A shared pool whose owner, nodes and time are the test's. Each node's tickets are numbered by who made them. */
final class Board {
    SharedPool pool;
    Duration forgetAfter = Duration.ZERO;
    long settingsKnown = 1;
    long seen = Reply.Seen.UNKNOWN;
    int version = Codec.VERSION;
    long owner = 1;

    private final OnPartition policy;
    private final Map<String, Long> seqs = new HashMap<>();
    private final Map<String, Long> registrations = new HashMap<>();
    private final Map<String, Long> acknowledged = new HashMap<>();
    private final Map<String, Long> sums = new HashMap<>();
    private final Map<Long, String> owners = new HashMap<>();
    private List<String> view;
    private long nowNanos = 1_000_000_000;

    Board(int slots, OnPartition policy, String... nodes) {
        this.policy = policy;
        this.view = List.of(nodes);
        pool = new SharedPool(
                PoolSettings.ofSlots(slots).withEarlyRefusal(false),
                PoolMode.OPEN,
                new Beginning(List.of(), List.of(), nodes.length, 0));
        for (String node : nodes) {
            register(node);
        }
    }

    static long session(String node) {
        return node.hashCode();
    }

    void sees(String... nodes) {
        view = List.of(nodes);
    }

    void advance(Duration by) {
        nowNanos += by.toNanos();
    }

    void acknowledge(String node, Mail mail) {
        acknowledged.put(node, mail.first() + mail.effects().size() - 1);
        mail.effects().forEach(effect -> sums.put(node, Mail.sum(sums.getOrDefault(node, 0L), effect)));
    }

    Batch batch(String node, Command... commands) {
        return new Batch(
                node,
                session(node),
                registrations.getOrDefault(node, 0L),
                seqs.merge(node, 1L, Long::sum),
                acknowledged.getOrDefault(node, 0L),
                sums.getOrDefault(node, 0L),
                settingsKnown,
                seen,
                List.of(commands));
    }

    Reply apply(Batch batch) {
        Facts facts = new Facts(nowNanos, nowNanos / 1_000_000, owner, 0, view, policy, forgetAfter.toNanos(), version);
        return pool.apply(batch, facts);
    }

    /** Whom the owner has told of mail since this was asked last, each with the number of the last. */
    Map<String, Long> announced() {
        Map<String, Long> told = new HashMap<>();
        pool.announce((node, bell) -> told.put(node, bell.answer().last()));
        return told;
    }

    Reply send(String node, Command... commands) {
        return apply(batch(node, commands));
    }

    /** These are heard as often as nodes are, and nobody else is. */
    void tickFor(Duration time, String... nodes) {
        Duration tick = Duration.ofMillis(125);
        for (Duration left = time; left.compareTo(Duration.ZERO) > 0; left = left.minus(tick)) {
            advance(tick);
            for (String node : nodes) {
                send(node, new Command.Tick());
            }
        }
    }

    Reply register(String node, Registration... held) {
        return register(node, NodeBook.Word.NONE, held);
    }

    Reply register(String node, NodeBook.Word word, Registration... held) {
        registrations.merge(node, 1L, Long::sum);
        acknowledged.put(node, 0L);
        sums.put(node, 0L);
        return send(node, new Command.Register(List.of(held), word));
    }

    /** So many requests of a node, each of a caller of its own. */
    void fill(String node, long first, int count) {
        for (long ticket = first; ticket < first + count; ticket++) {
            owners.put(ticket, node);
            send(
                    node,
                    new Command.Arrive(ticket, Arrival.of(Caller.of("key" + ticket, "ip" + ticket), Priority.NORMAL)));
        }
    }

    /** How many of those that run are these nodes'. */
    int live(String... nodes) {
        List<String> asked = List.of(nodes);
        return (int) Audit.requests(pool.machine()).entrySet().stream()
                .filter(request -> request.getValue() && asked.contains(owners.get(request.getKey())))
                .count();
    }
}
