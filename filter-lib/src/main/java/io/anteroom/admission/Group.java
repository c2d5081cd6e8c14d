// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The flows that compete with one another: those of one level, or all of them in a flat or FIFO order. */
final class Group {
    /** Virtual time per slot-microsecond at weight 1. */
    static final long SCALE = 1024;

    /** The eligible flows: neither empty nor held back by a running limit that was noticed. */
    final IndexedHeap<Flow> order;
    /** Every flow that has somebody waiting, in no order. */
    final List<Flow> backlogged = new ArrayList<>();

    final Backlogs micros = new Backlogs();
    /** Twice the number of tickets, so that half a ticket can be said. */
    final Backlogs tickets = new Backlogs();

    final int weight;
    final int floorPercent;
    /** Virtual start of the group beside the other groups. */
    long start;

    long lifted;
    /** Virtual time inside: the largest virtual start served so far. */
    long virtual;
    /** In strict order, what the group has saved up, in slot-microseconds x 100. */
    long credit;

    int waiting;

    Group(boolean fifo, int weight, int floorPercent) {
        this.order = fifo ? new ByArrival() : new ByStart();
        this.weight = weight;
        this.floorPercent = floorPercent;
    }

    /** The groups that an order of levels or flows needs. */
    static Group[] of(PoolSettings settings) {
        if (settings.order() == Order.FLAT || settings.order() == Order.FIFO) {
            return new Group[] {new Group(settings.order() == Order.FIFO, 1, 0)};
        }
        Group[] groups = new Group[Priority.COUNT];
        for (Priority priority : Priority.values()) {
            LevelSettings level = settings.level(priority);
            groups[priority.ordinal()] = new Group(false, level.weight(), level.floorPercent());
        }
        return groups;
    }

    static boolean sameWeights(PoolSettings one, PoolSettings other) {
        for (Priority priority : Priority.values()) {
            LevelSettings level = one.level(priority);
            LevelSettings otherLevel = other.level(priority);
            if (level.weight() != otherLevel.weight() || level.floorPercent() != otherLevel.floorPercent()) {
                return false;
            }
        }
        return true;
    }

    static long virtualCost(long micros, int weight) {
        long scaled = micros * SCALE;
        // The usual weights divide the scale, and shifting costs a tenth of what dividing does.
        return dividesScale(weight) ? scaled >> Integer.numberOfTrailingZeros(weight) : scaled / weight;
    }

    private static boolean dividesScale(int weight) {
        return weight <= SCALE && (weight & (weight - 1)) == 0;
    }

    /**
     * A start that was lifted after the charge has already been forgiven the difference: without this, a short request
     * that had been expected to be long would earn credit twice.
     */
    static long correction(long error, long liftedSince) {
        if (liftedSince == 0) {
            return error;
        }
        return Math.max(0, error - liftedSince);
    }

    void noteBacklog(Flow flow, int flowWeight, int sign) {
        if (sign > 0) {
            micros.add(flow.waitingMicros, flowWeight);
            tickets.add(2L * flow.waiting, flowWeight);
        } else {
            micros.remove(flow.waitingMicros, flowWeight);
            tickets.remove(2L * flow.waiting, flowWeight);
        }
    }

    void trackBacklogged(Flow flow) {
        if (flow.waiting > 0 && flow.backlogPlace < 0) {
            flow.backlogPlace = backlogged.size();
            backlogged.add(flow);
        } else if (flow.waiting == 0 && flow.backlogPlace >= 0) {
            Flow last = backlogged.remove(backlogged.size() - 1);
            if (last != flow) {
                backlogged.set(flow.backlogPlace, last);
                last.backlogPlace = flow.backlogPlace;
            }
            flow.backlogPlace = -1;
        }
    }

    @Nullable Flow firstInOrder() {
        return order.first();
    }

    private abstract static class FlowHeap extends IndexedHeap<Flow> {
        @Override
        final int placeOf(Flow flow) {
            return flow.orderPlace;
        }

        @Override
        final void setPlace(Flow flow, int place) {
            flow.orderPlace = place;
        }
    }

    private static final class ByStart extends FlowHeap {
        @Override
        long rankOf(Flow flow) {
            return flow.start;
        }

        @Override
        boolean isBefore(Flow one, Flow other) {
            return one.head().isBefore(other.head());
        }
    }

    private static final class ByArrival extends FlowHeap {
        @Override
        long rankOf(Flow flow) {
            return flow.head().seq;
        }

        @Override
        boolean isBefore(Flow one, Flow other) {
            return one.head().isBefore(other.head());
        }
    }
}
