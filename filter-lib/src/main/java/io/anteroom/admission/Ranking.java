// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.Arrays;
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
            flow.passStart = Math.max(flow.start, group.virtual);
            flow.passNext = newcomer;
            lanes[line.groups().length == 1 ? 0 : flow.priority.ordinal()].add(flow);
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
            lanes[i].begin(groups[i], line.virtual, order == Order.FIFO);
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
            Flow flow = lane.first();
            Entry entry = flow.passNext;
            if (entry == null) {
                throw new IllegalStateException("an empty flow in the pass");
            }
            entry.position = ++position;
            entry.aheadMicros = aheadMicros;
            aheadMicros += entry.costMicros;
            credit(lane, entry.costMicros, groups.length);
            lane.start += Group.virtualCost(entry.costMicros, lane.weight);
            flow.passStart += Group.virtualCost(entry.costMicros, line.weightOf(flow));
            lane.advance(flow, entry);
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
            } else if (order == Order.STRICT && lane.credit >= lane.headMicros() * 100) {
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

    /** A copy of one group's order that the pass may use up: a heap over its flows. */
    private static final class Lane {
        private Flow[] heap = new Flow[16];
        private boolean fifo;
        int size;
        int weight;
        int floorPercent;
        long start;
        long credit;

        void begin(Group group, long virtual, boolean fifo) {
            this.fifo = fifo;
            size = group.backlogged.size();
            weight = group.weight;
            floorPercent = group.floorPercent;
            start = group.order.isEmpty() ? Math.max(group.start, virtual) : group.start;
            credit = group.credit;
            if (heap.length <= size) {
                heap = new Flow[size * 2];
            }
            for (int i = 0; i < size; i++) {
                Flow flow = group.backlogged.get(i);
                flow.passStart = flow.parkedBy == null ? flow.start : Math.max(flow.start, group.virtual);
                flow.passNext = flow.first;
                heap[i] = flow;
            }
            for (int i = size / 2 - 1; i >= 0; i--) {
                down(i);
            }
        }

        void add(Flow flow) {
            int place = size++;
            while (place > 0 && isBefore(flow, heap[(place - 1) / 2])) {
                heap[place] = heap[(place - 1) / 2];
                place = (place - 1) / 2;
            }
            heap[place] = flow;
        }

        Flow first() {
            return heap[0];
        }

        long headMicros() {
            Entry head = heap[0].passNext;
            return head == null ? 0 : head.costMicros;
        }

        void advance(Flow flow, Entry served) {
            served.passPlaceInFlow = served.previous == null ? 0 : served.previous.passPlaceInFlow + 1;
            flow.passNext = served.next;
            if (flow.passNext == null) {
                size--;
                heap[0] = heap[size];
            }
            if (size > 0) {
                down(0);
            }
            if (size == 0 && heap.length > 64) {
                Arrays.fill(heap, 0, Math.min(heap.length, 64), null);
            }
        }

        private void down(int from) {
            Flow moved = heap[from];
            int place = from;
            for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
                if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
                    child++;
                }
                if (!isBefore(heap[child], moved)) {
                    break;
                }
                heap[place] = heap[child];
                place = child;
            }
            heap[place] = moved;
        }

        private boolean isBefore(Flow one, Flow other) {
            if (!fifo && one.passStart != other.passStart) {
                return one.passStart < other.passStart;
            }
            Entry head = one.passNext;
            Entry otherHead = other.passNext;
            return head != null && otherHead != null && head.isBefore(otherHead);
        }
    }
}
