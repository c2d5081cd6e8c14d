// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import org.jspecify.annotations.Nullable;

/**
 * One pass over all who wait that gives each its position and the work ahead of it: a merge of the flows in the order
 * in which {@link Line} would serve them if nobody came, left or cost other than expected, and no running limit held
 * anybody back; those who were passed over are first. O(n log flows); allocates nothing once its scratch has grown.
 */
final class Ranking {
    private final Lane[] lanes = new Lane[Priority.COUNT];
    private Order order = Order.WEIGHTED;

    Ranking() {
        for (int i = 0; i < lanes.length; i++) {
            lanes[i] = new Lane();
        }
    }

    /** Ranks all who wait as if {@code newcomer} had joined them. */
    void runWith(Entry newcomer, Line line, Order order) {
        Flow flow = newcomer.flow;
        Entry tail = flow.last;
        if (tail == null) {
            begin(line, order);
            Group group = line.groupOf(flow);
            long start = Math.max(flow.start, group.virtual);
            lanes[line.groups().length == 1 ? 0 : flow.priority.ordinal()].add(line.weightOf(flow), start, newcomer);
            merge(line);
        } else {
            tail.next = newcomer;
            newcomer.previous = tail;
            run(line, order);
            tail.next = null;
            newcomer.previous = null;
        }
    }

    void run(Line line, Order order) {
        begin(line, order);
        merge(line);
    }

    private void begin(Line line, Order order) {
        this.order = order;
        Group[] groups = line.groups();
        for (int i = 0; i < groups.length; i++) {
            lanes[i].begin(groups[i], line.virtual, line, order == Order.FIFO);
        }
    }

    private void merge(Line line) {
        Group[] groups = line.groups();
        long aheadMicros = 0;
        int position = 0;
        for (Entry entry = line.aside.first(); entry != null; entry = entry.next) {
            entry.position = ++position;
            entry.aheadMicros = aheadMicros;
            entry.passPlaceInFlow = 0;
            aheadMicros += entry.costMicros;
        }
        for (Lane lane = nextLane(groups.length); lane != null; lane = nextLane(groups.length)) {
            Entry entry = lane.head();
            entry.position = ++position;
            entry.aheadMicros = aheadMicros;
            aheadMicros += entry.costMicros;
            credit(lane, entry.costMicros, groups.length);
            lane.advance(entry);
        }
    }

    private @Nullable Lane nextLane(int groups) {
        Lane chosen = null;
        for (int i = 0; i < groups; i++) {
            Lane lane = lanes[i];
            if (lane.size == 0) {
                continue;
            }
            if (chosen == null) {
                chosen = lane;
            } else if (order == Order.STRICT && lane.credit >= lane.head().costMicros * 100) {
                return lane;
            } else if (order == Order.WEIGHTED && lane.start < chosen.start) {
                chosen = lane;
            }
        }
        return chosen;
    }

    private void credit(Lane served, long micros, int groups) {
        if (order != Order.STRICT) {
            return;
        }
        boolean lower = false;
        for (int i = 0; i < groups; i++) {
            Lane lane = lanes[i];
            if (lane == served) {
                lane.credit = Math.max(0, lane.credit - micros * 100);
                lower = true;
            } else if (lane.size > 0 && lower) {
                lane.credit += micros * lane.floorPercent;
            }
        }
    }

    /**
     * A copy of one group's order that the pass may use up: a heap of the numbers of its flows. What it compares stands
     * in arrays of numbers: following references, and storing them, is what a pass would spend its time with.
     */
    private static final class Lane {
        private int[] heap = new int[0];
        private @Nullable Entry[] next = new @Nullable Entry[0];
        /** Virtual starts, or 0 if arrival alone decides. */
        private long[] starts = new long[0];
        /** When the next of each flow has arrived. */
        private long[] arrivals = new long[0];

        private int[] weights = new int[0];
        private int[] places = new int[0];
        private boolean fifo;
        int size;
        int weight;
        int floorPercent;
        long start;
        long credit;

        void begin(Group group, long virtual, Line line, boolean fifo) {
            this.fifo = fifo;
            size = group.backlogged.size();
            weight = group.weight;
            floorPercent = group.floorPercent;
            start = group.order.isEmpty() ? Math.max(group.start, virtual) : group.start;
            credit = group.credit;
            if (heap.length <= size) {
                grow(2 * size + 16);
            }
            for (int i = 0; i < size; i++) {
                Flow flow = group.backlogged.get(i);
                long ofFlow = flow.parkedBy == null ? flow.start : Math.max(flow.start, group.virtual);
                enter(i, line.weightOf(flow), ofFlow, flow.head());
            }
            for (int i = size / 2 - 1; i >= 0; i--) {
                down(i);
            }
        }

        private void grow(int flows) {
            heap = new int[flows];
            next = new @Nullable Entry[flows];
            starts = new long[flows];
            arrivals = new long[flows];
            weights = new int[flows];
            places = new int[flows];
        }

        private void enter(int flow, int weight, long start, Entry head) {
            heap[flow] = flow;
            next[flow] = head;
            starts[flow] = fifo ? 0 : start;
            arrivals[flow] = head.seq;
            weights[flow] = weight;
            places[flow] = 0;
        }

        /** A flow with one entry that is not backlogged yet. */
        void add(int weight, long start, Entry only) {
            int flow = size++;
            enter(flow, weight, start, only);
            up(flow, 0, flow);
        }

        Entry head() {
            Entry head = next[heap[0]];
            if (head == null) {
                throw new IllegalStateException("an empty flow in the pass");
            }
            return head;
        }

        /** Takes the head away, which has got its position. */
        void advance(Entry head) {
            int flow = heap[0];
            head.passPlaceInFlow = places[flow]++;
            start += Group.virtualCost(head.costMicros, weight);
            Entry following = head.next;
            next[flow] = following;
            if (following == null) {
                heap[0] = heap[--size];
            } else {
                arrivals[flow] = following.seq;
                starts[flow] += fifo ? 0 : Group.virtualCost(head.costMicros, weights[flow]);
            }
            if (size > 0) {
                down(0);
            }
        }

        /** Lets the smaller children rise down to a leaf, then the flow from there: it belongs near the leaves. */
        private void down(int from) {
            int flow = heap[from];
            int place = from;
            for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
                if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
                    child++;
                }
                heap[place] = heap[child];
                place = child;
            }
            up(place, from, flow);
        }

        private void up(int from, int top, int flow) {
            int place = from;
            while (place > top && isBefore(flow, heap[(place - 1) / 2])) {
                heap[place] = heap[(place - 1) / 2];
                place = (place - 1) / 2;
            }
            heap[place] = flow;
        }

        private boolean isBefore(int one, int other) {
            if (starts[one] != starts[other]) {
                return starts[one] < starts[other];
            }
            if (arrivals[one] != arrivals[other]) {
                return arrivals[one] < arrivals[other];
            }
            Entry head = next[one];
            Entry otherHead = next[other];
            return head != null && otherHead != null && head.isBefore(otherHead);
        }
    }
}
