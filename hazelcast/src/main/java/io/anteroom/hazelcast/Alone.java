// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Decision;
import io.anteroom.admission.Effect;
import io.anteroom.admission.PoolMachine;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.QueueStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A pool of which the cluster does not answer, as this node goes on with it alone: with no more slots than it has in
 * use at that moment. The cluster counts these as this node's until it is told otherwise, whoever uses them here, so
 * that nobody else has them meanwhile. Guarded by the pool's lock.
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
     * @param held what this node holds, and has said last of holding the pool
     * @param running how many slots the cluster counts as this node's
     * @param mode what an operator has said
     */
    Alone(
            String node,
            PoolSettings settings,
            OnPartition policy,
            Command.Register held,
            int running,
            PoolMode mode,
            long nowNanos) {
        this.node = node;
        this.policy = policy;
        this.machine = new PoolMachine(settings);
        this.governor = new Governor(mode, List.of(), 0);
        this.own = slots(settings.slots(), policy, running);
        governor.held(held.word() == NodeBook.Word.HOLD);
        machine.mode(PoolMode.HOLDING, nowNanos, collect);
        machine.register(node, held.held(), nowNanos, collect);
        apply(nowNanos);
    }

    static int slots(int slots, OnPartition policy, int running) {
        return switch (policy) {
            case OPEN -> slots;
            case CLOSED -> 0;
            case SHARE -> running;
        };
    }

    private void apply(long nowNanos) {
        PoolMode mode = governor.mode();
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
            apply(nowNanos);
        } else if (command instanceof Command.Mode mode) {
            governor.operator(mode.mode());
            apply(nowNanos);
        } else if (command instanceof Command.Hold hold) {
            // The cluster is told when it answers again, as nodes go on saying it.
            governor.held(hold.holds());
            apply(nowNanos);
        } else if (command instanceof Command.Arrive && policy == OnPartition.CLOSED) {
            return new Result.Decided(new Decision.Refused(Refused.apart(machine.waiting())), null);
        } else if (!isForAll(command)) {
            Result result = Steps.step(machine, governor, node, command, nowNanos, collect);
            return Steps.standing(machine, command, result, nowNanos);
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
