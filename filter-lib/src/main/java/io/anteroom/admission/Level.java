// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

/** What one priority level has waiting and running, and its longest flow. */
final class Level {
    /** The flow with the most tickets first; of equals the one whose newest ticket is newest. */
    final IndexedHeap<Flow> longest = new Longest();

    /** When those come back whom its bound on the waiting has refused. */
    final Returns returns = new Returns();

    int waiting;
    long waitingBytes;
    int running;

    private static final class Longest extends IndexedHeap<Flow> {
        @Override
        long rankOf(Flow flow) {
            return -flow.waiting;
        }

        @Override
        boolean isBefore(Flow one, Flow other) {
            Entry newest = one.last;
            Entry otherNewest = other.last;
            return newest != null && otherNewest != null && otherNewest.isBefore(newest);
        }

        @Override
        int placeOf(Flow flow) {
            return flow.lengthPlace;
        }

        @Override
        void setPlace(Flow flow, int place) {
            flow.lengthPlace = place;
        }
    }
}
