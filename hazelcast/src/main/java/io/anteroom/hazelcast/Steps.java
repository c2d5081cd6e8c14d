// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Decision;
import io.anteroom.admission.Effect;
import io.anteroom.admission.PoolMachine;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.WaitingTicket;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Each command as a step of the machine. */
final class Steps {
    private Steps() {}

    static Result step(
            PoolMachine machine, Governor governor, String node, Command command, long now, Consumer<Effect> effects) {
        if (command instanceof Command.Arrive arrive) {
            return arrive(machine, governor, node, arrive, now, effects);
        } else if (command instanceof Command.Release release) {
            return new Result.Done(machine.release(release.ticket(), now, effects));
        } else if (command instanceof Command.Abandon abandon) {
            return new Result.Done(machine.abandon(abandon.ticket(), now, effects));
        } else if (command instanceof Command.Keep keep) {
            return new Result.Done(machine.keep(keep.ticket(), keep.absence(), now, effects));
        } else if (command instanceof Command.Rejoin rejoin) {
            return rejoin(machine, rejoin, now, effects);
        } else if (command instanceof Command.Adopt adopt) {
            return new Result.Decided(machine.adopt(adopt.ticket(), node, adopt.bytes(), now, effects), null);
        } else if (command instanceof Command.Claim claim) {
            return new Result.Done(machine.claim(claim.ticket(), now, effects));
        } else if (command instanceof Command.Cancel cancel) {
            return new Result.Done(machine.cancel(cancel.ticket(), cancel.note(), now, effects));
        } else if (command instanceof Command.Move move) {
            return new Result.Done(machine.move(move.ticket(), move.priority(), now, effects));
        } else if (command instanceof Command.Tick || command instanceof Command.Hold) {
            machine.tick(now, effects);
            return new Result.Done(true);
        }
        return answer(machine, governor, node, command, now);
    }

    private static Result arrive(
            PoolMachine machine,
            Governor governor,
            String node,
            Command.Arrive arrive,
            long now,
            Consumer<Effect> effects) {
        if (governor.refusesNewcomers()) {
            machine.tick(now, effects);
            return new Result.Decided(new Decision.Refused(Refused.apart(machine.waiting())), null);
        }
        return new Result.Decided(machine.arrive(arrive.ticket(), node, arrive.arrival(), now, effects), null);
    }

    /** The answer with where a newcomer stands, if it waits. */
    static Result standing(PoolMachine machine, Command command, Result result, long now) {
        return command instanceof Command.Arrive
                        && result instanceof Result.Decided decided
                        && decided.decision() instanceof Decision.Queued queued
                ? new Result.Decided(queued, machine.status(queued.ticket(), now))
                : result;
    }

    /** What ends now was told to the one who waited for it, and is not the place of the one who comes. */
    private static Result rejoin(PoolMachine machine, Command.Rejoin rejoin, long now, Consumer<Effect> effects) {
        machine.tick(now, effects);
        if (!machine.isAway(rejoin.ticket())) {
            return new Result.Decided(new Decision.Over(), null);
        }
        Decision decision = machine.rejoin(rejoin.ticket(), rejoin.bytes(), now, effects);
        // Its position is that of the last ranking, which a backup has not seen: it asks for that apart.
        return new Result.Decided(decision, null);
    }

    /** An answer that changes nothing but the positions of the last ranking. */
    static Result answer(PoolMachine machine, Governor governor, String node, Command question, long now) {
        if (question instanceof Command.Look) {
            return new Result.Figures(asTold(machine.snapshot(now), governor));
        }
        machine.rank();
        if (question instanceof Command.ListWaiting list) {
            return new Result.Line(machine.list(list.limit(), now));
        }
        Map<Long, QueueStatus> places = new HashMap<>();
        if (question instanceof Command.Standing standing) {
            QueueStatus status = machine.status(standing.ticket(), now);
            if (status != null) {
                places.put(standing.ticket(), status);
            }
        } else {
            List<WaitingTicket> all = machine.list(Integer.MAX_VALUE, now);
            for (WaitingTicket one : all) {
                if (one.node().equals(node)) {
                    places.put(one.id(), one.status());
                }
            }
        }
        return new Result.Places(places);
    }

    /** Whatever the machine is held by for a moment. */
    private static PoolSnapshot asTold(PoolSnapshot now, Governor governor) {
        return new PoolSnapshot(
                governor.mode(),
                now.slots(),
                now.usableSlots(),
                now.running(),
                now.waiting(),
                now.away(),
                now.waitingBytes(),
                now.levels(),
                now.meanRun(),
                now.estimate(),
                now.counts());
    }
}
