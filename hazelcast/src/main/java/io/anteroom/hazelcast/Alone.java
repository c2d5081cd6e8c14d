// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Decision;
import io.anteroom.admission.Effect;
import io.anteroom.admission.PoolMachine;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.Registration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pool of which the cluster does not answer, as this node goes on with it alone: with no more slots than are its own.
 * That is its share, and what runs here already or was free when the cluster was last heard, divided by all nodes: so
 * all nodes that go on alone at the same time never use more than all slots. Guarded by the pool's lock.
 */
final class Alone {
    private final PoolMachine machine;
    private final String node;
    private final Governor governor;
    private final OnPartition policy;
    private final List<Effect> effects = new ArrayList<>();
    private final Consumer<Effect> collect = effects::add;
    private int own;

    /**
     * @param running how many run on this node
     * @param last what the cluster said last
     */
    Alone(
            String node,
            PoolSettings settings,
            OnPartition policy,
            List<Registration> held,
            int running,
            Reply.Figures last,
            long nowNanos) {
        this.node = node;
        this.policy = policy;
        this.machine = new PoolMachine(settings);
        this.governor = new Governor(last.mode(), List.of());
        this.own = slots(settings.slots(), policy, running, last);
        machine.mode(PoolMode.HOLDING, nowNanos, collect);
        machine.register(node, held, nowNanos, collect);
        apply(last.mode(), nowNanos);
    }

    static int slots(int slots, OnPartition policy, int running, Reply.Figures last) {
        return switch (policy) {
            case OPEN -> slots;
            case CLOSED -> 0;
            case SHARE -> {
                int expected = Math.max(1, last.expected());
                int free = Math.max(0, slots - last.running());
                yield Math.min(slots / expected, running + free / expected);
            }
        };
    }

    /** A cluster of which nothing has been heard is taken to be as large as it should be, and empty. */
    static Reply.Figures unheard(ClusterNode node, PoolSettings settings, PoolMode mode) {
        int nodes = Math.max(
                node.settings().expectedMembers(), node.lookout().names().size());
        return new Reply.Figures(0, settings.slots(), Math.max(1, nodes), 1, 0, mode, false, Long.MAX_VALUE);
    }

    private void apply(PoolMode mode, long nowNanos) {
        if (own > 0) {
            machine.limitSlots(own, nowNanos, collect);
        }
        boolean isHeld = own == 0 && mode != PoolMode.CLOSED;
        machine.mode(isHeld ? PoolMode.HOLDING : mode, nowNanos, collect);
    }

    /** Does what it can of a command: of what concerns the whole cluster only this node's part. */
    Result step(Command command, long nowNanos) {
        if (command instanceof Command.Configure configure) {
            machine.configure(configure.settings(), nowNanos, collect);
            own = Math.min(own, configure.settings().slots());
            apply(governor.operator(), nowNanos);
        } else if (command instanceof Command.Mode mode) {
            governor.operator(mode.mode());
            apply(mode.mode(), nowNanos);
        } else if (command instanceof Command.Arrive && policy == OnPartition.CLOSED) {
            return new Result.Decided(new Decision.Refused(Refused.apart(machine.waiting())), null);
        } else if (!isForAll(command)) {
            return Steps.step(machine, governor, node, command, nowNanos, collect);
        }
        return new Result.Done(true);
    }

    /** Whether the whole cluster is to hear it, once it answers again. */
    static boolean isForAll(Command command) {
        return command instanceof Command.Configure
                || command instanceof Command.Mode
                || command instanceof Command.LimitSlots
                || command instanceof Command.Lost
                || command instanceof Command.Leave;
    }

    /** What has become of requests since it was asked last. */
    List<Effect> takeEffects() {
        List<Effect> taken = List.copyOf(effects);
        effects.clear();
        return taken;
    }

    @Nullable QueueStatus status(long ticket, long nowNanos) {
        machine.rank();
        return machine.status(ticket, nowNanos);
    }

    /** How long until time alone changes something, or {@link Long#MAX_VALUE}. */
    long nextDeadlineNanos(long nowNanos) {
        long deadline = machine.nextDeadlineNanos();
        return deadline == Long.MAX_VALUE ? deadline : Math.max(0, deadline - nowNanos);
    }
}
