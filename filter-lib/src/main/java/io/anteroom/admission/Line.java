// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import org.jspecify.annotations.Nullable;

/**
 * Everybody who waits, and who of them is next. The package derives the order; this class keeps it, each change in
 * O(log n).
 */
final class Line {
    /** Virtual times start again from zero, in a new era, before they could overflow: after months of full load. */
    static final long REBASE_AT = 1L << 60;

    final Level[] levels = new Level[Priority.COUNT];
    private PoolSettings settings;
    private Group[] groups;
    /** Virtual time over the groups: the largest virtual start of a group served so far. */
    long virtual;
    /** Counts the changes of order; a charge of one era is not corrected in another. */
    int era;

    /** How many wait, those aside among them. */
    int waiting;

    long waitingBytes;
    /** How many of them are away. */
    int away;

    final Aside aside = new Aside();
    private boolean overflowing;

    Line(PoolSettings settings) {
        this.settings = settings;
        this.groups = Group.of(settings);
        for (int i = 0; i < levels.length; i++) {
            levels[i] = new Level();
        }
    }

    Group[] groups() {
        return groups;
    }

    Group groupOf(Flow flow) {
        return groups.length == 1 ? groups[0] : groups[flow.priority.ordinal()];
    }

    Level levelOf(Flow flow) {
        return levels[flow.priority.ordinal()];
    }

    int weightOf(Flow flow) {
        int own = flow.key.weight;
        return settings.order() == Order.FLAT
                ? own * settings.level(flow.priority).weight()
                : own;
    }

    /** Lets an entry wait in its flow. */
    void add(Entry entry, Limits limits) {
        count(entry, 1);
        link(entry, limits);
    }

    private void link(Entry entry, Limits limits) {
        Flow flow = entry.flow;
        Group group = groupOf(flow);
        boolean wasEmpty = flow.waiting == 0;
        group.noteBacklog(flow, weightOf(flow), -1);
        flow.insert(entry);
        group.noteBacklog(flow, weightOf(flow), 1);
        group.waiting++;
        if (wasEmpty && flow.parkedBy == null) {
            Party holder = limits.holderOf(entry);
            if (holder == null) {
                enter(flow, group);
            } else {
                holder.park(flow);
            }
        } else if (flow.first == entry) {
            headChanged(flow);
        }
        refresh(flow, group);
    }

    /** Takes a waiting entry out that will not run, or that {@link #charge} has been called for. */
    void remove(Entry entry) {
        if (entry.isAside()) {
            refund(entry);
            aside.remove(entry);
        } else {
            unlink(entry);
        }
        count(entry, -1);
    }

    /** Takes an entry out that was passed over and runs now; its flow has been charged for it. */
    void take(Entry entry) {
        aside.remove(entry);
        count(entry, -1);
    }

    /** Passes an entry over whose turn has come: its flow pays as if it ran. */
    void passOver(Entry entry) {
        charge(entry);
        unlink(entry);
        aside.add(entry);
    }

    /** Puts one back that was passed over, because its key or address runs as many as it may: its flow is refunded. */
    void putBack(Entry entry, Limits limits) {
        refund(entry);
        aside.remove(entry);
        link(entry, limits);
    }

    /** Another size of body. */
    void setBytes(Entry entry, long bytes) {
        long more = bytes - entry.bytes;
        entry.bytes = bytes;
        levelOf(entry.flow).waitingBytes += more;
        waitingBytes += more;
    }

    private void unlink(Entry entry) {
        Flow flow = entry.flow;
        Group group = groupOf(flow);
        boolean wasHead = flow.first == entry;
        if (flow.waiting == 1) {
            group.order.remove(flow);
            levelOf(flow).longest.remove(flow);
        }
        group.noteBacklog(flow, weightOf(flow), -1);
        flow.remove(entry);
        group.noteBacklog(flow, weightOf(flow), 1);
        group.waiting--;
        if (wasHead) {
            headChanged(flow);
        }
        refresh(flow, group);
        if (group.waiting == 0) {
            group.credit = 0;
        }
    }

    /** The flow whose head is next, or null if nobody who waits may run. Holds flows back whose limits are met. */
    @Nullable Flow next(Limits limits) {
        Group chosen = null;
        for (Group group : groups) {
            Flow head = firstEligible(group, limits);
            if (head == null) {
                continue;
            }
            if (settings.order() == Order.STRICT && group.credit >= head.head().costMicros * 100 && chosen != null) {
                return head;
            }
            if (chosen == null || (settings.order() == Order.WEIGHTED && group.start < chosen.start)) {
                chosen = group;
            }
        }
        return chosen == null ? null : chosen.firstInOrder();
    }

    private @Nullable Flow firstEligible(Group group, Limits limits) {
        for (Flow flow = group.firstInOrder(); flow != null; flow = group.firstInOrder()) {
            Party holder = limits.holderOf(flow.head());
            if (holder == null) {
                return flow;
            }
            group.order.remove(flow);
            holder.park(flow);
        }
        return null;
    }

    /** Lets the flows back in that {@code party} held back. */
    void unpark(Party party) {
        for (Flow flow = party.parked; flow != null; flow = party.parked) {
            unpark(flow, party);
        }
    }

    private void unpark(Flow flow, Party holder) {
        holder.unpark(flow);
        if (flow.waiting > 0) {
            enter(flow, groupOf(flow));
        }
    }

    /** An address holds a flow back through the flow's head; another head may have another address. */
    private void headChanged(Flow flow) {
        Party holder = flow.parkedBy;
        if (holder != null && holder != flow.key) {
            unpark(flow, holder);
        }
    }

    /** Charges the flow and its group for an entry that begins to run. */
    void charge(Entry entry) {
        Flow flow = entry.flow;
        Group group = groupOf(flow);
        if (flow.waiting == 0) {
            liftFlow(flow, group);
        }
        if (group.waiting == 0) {
            liftGroup(group);
        }
        age(group, entry.costMicros);
        group.virtual = Math.max(group.virtual, flow.start);
        virtual = Math.max(virtual, group.start);
        flow.start += Group.virtualCost(entry.costMicros, weightOf(flow));
        group.start += Group.virtualCost(entry.costMicros, group.weight);
        entry.flowLifted = flow.lifted;
        entry.groupLifted = group.lifted;
        entry.era = era;
        group.order.update(flow);
        overflowing |= Math.max(flow.start, group.start) > REBASE_AT;
    }

    /** Replaces the expected cost of an entry by the true one, once it has ended. */
    void correct(Entry entry, long trueMicros) {
        if (entry.era != era) {
            return;
        }
        Flow flow = entry.flow;
        Group group = groupOf(flow);
        long error = trueMicros - entry.costMicros;
        flow.start += Group.correction(Group.virtualCost(error, weightOf(flow)), flow.lifted - entry.flowLifted);
        group.start += Group.correction(Group.virtualCost(error, group.weight), group.lifted - entry.groupLifted);
        group.order.update(flow);
    }

    /** Takes back a charge for one that did not run; share that others have taken meanwhile is not saved up. */
    private void refund(Entry entry) {
        if (entry.era != era) {
            return;
        }
        Flow flow = entry.flow;
        Group group = groupOf(flow);
        long ofFlow = Group.virtualCost(entry.costMicros, weightOf(flow));
        long ofGroup = Group.virtualCost(entry.costMicros, group.weight);
        flow.start -= Math.min(ofFlow, Math.max(0, flow.start - group.virtual));
        group.start -= Math.min(ofGroup, Math.max(0, group.start - virtual));
        group.order.update(flow);
    }

    /**
     * In strict order the lower levels save up while a higher one is served, and pay when they are served by it. One
     * whose flows are all held back by running limits does not gain by that.
     */
    private void age(Group served, long micros) {
        if (settings.order() != Order.STRICT) {
            return;
        }
        boolean lower = false;
        for (Group group : groups) {
            if (group == served) {
                group.credit = Math.max(0, group.credit - micros * 100);
                lower = true;
            } else if (lower && !group.order.isEmpty()) {
                group.credit += micros * group.floorPercent;
            }
        }
    }

    private void enter(Flow flow, Group group) {
        liftFlow(flow, group);
        if (group.order.isEmpty()) {
            liftGroup(group);
        }
        group.order.add(flow);
    }

    private static void liftFlow(Flow flow, Group group) {
        if (flow.start < group.virtual) {
            flow.lifted += group.virtual - flow.start;
            flow.start = group.virtual;
        }
    }

    private void liftGroup(Group group) {
        if (group.start < virtual) {
            group.lifted += virtual - group.start;
            group.start = virtual;
        }
    }

    private void refresh(Flow flow, Group group) {
        group.trackBacklogged(flow);
        group.order.update(flow);
        IndexedHeap<Flow> longest = levelOf(flow).longest;
        if (longest.contains(flow)) {
            longest.update(flow);
        } else if (flow.waiting > 0) {
            longest.add(flow);
        }
    }

    private void count(Entry entry, int by) {
        Level level = levelOf(entry.flow);
        level.waiting += by;
        level.waitingBytes += by * entry.bytes;
        waiting += by;
        waitingBytes += by * entry.bytes;
        away += entry.away ? by : 0;
        entry.flow.key.waiting += by;
        entry.ip.waiting += by;
    }

    /** Takes the new settings; where the order or the weights change, all who wait are put in line anew. */
    void configure(PoolSettings changed, Iterable<Party> keys) {
        boolean sameOrder = changed.order() == settings.order() && Group.sameWeights(changed, settings);
        if (sameOrder) {
            settings = changed;
            return;
        }
        rebuild(changed, keys);
    }

    /** Whether a new era has to begin. */
    boolean isOverflowing() {
        return overflowing;
    }

    /** Changes a key's weight, also in what its backlog counts for. */
    void setWeight(Party key, int weight) {
        noteBacklogs(key, -1);
        key.weight = weight;
        noteBacklogs(key, 1);
    }

    private void noteBacklogs(Party key, int sign) {
        for (Flow flow : key.flows) {
            if (flow != null) {
                groupOf(flow).noteBacklog(flow, weightOf(flow), sign);
            }
        }
    }

    /** Starts a new era: nobody is owed anything, those who wait keep their order of arrival inside their flow. */
    void rebuild(PoolSettings changed, Iterable<Party> keys) {
        settings = changed;
        groups = Group.of(changed);
        virtual = 0;
        overflowing = false;
        era++;
        for (Party key : keys) {
            for (Flow flow : key.flows) {
                if (flow != null) {
                    flow.start = 0;
                    flow.lifted = 0;
                    flow.orderPlace = IndexedHeap.ABSENT;
                    flow.backlogPlace = -1;
                    adopt(flow);
                }
            }
        }
    }

    /** Takes in an entry as it was saved; {@link #restore(Flow)} follows when its flow is complete. */
    void restore(Entry entry) {
        if (entry.isAside()) {
            aside.restore(entry);
        } else {
            entry.flow.insert(entry);
        }
        count(entry, 1);
    }

    /** Takes in a flow as it was saved. */
    void restore(Flow flow) {
        adopt(flow);
        if (flow.waiting > 0) {
            levelOf(flow).longest.add(flow);
        }
    }

    /** Puts a flow with its waiting entries into its group. */
    private void adopt(Flow flow) {
        if (flow.waiting == 0) {
            return;
        }
        Group group = groupOf(flow);
        group.noteBacklog(flow, weightOf(flow), 1);
        group.waiting += flow.waiting;
        group.trackBacklogged(flow);
        if (flow.parkedBy == null) {
            group.order.add(flow);
        }
    }
}
