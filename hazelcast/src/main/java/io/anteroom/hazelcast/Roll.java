// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which nodes there are, and how many there should be: the most that were ever seen together, less those that left in
 * good order. Part of a pool's state, so that a node which comes later knows it too.
 */
final class Roll {
    private final Set<String> leaving = new TreeSet<>();
    private int expected = 1;
    private int present = 1;
    private long shortSinceNanos = Long.MIN_VALUE;

    /** Takes in what the owner sees; whether anything changed. */
    boolean observe(Facts facts) {
        int expectedBefore = expected;
        int presentBefore = present;
        leaving.retainAll(facts.members());
        present = Math.max(1, facts.members().size() - leaving.size());
        expected = Math.max(expected, present);
        if (present == expected) {
            shortSinceNanos = Long.MIN_VALUE;
        } else if (shortSinceNanos == Long.MIN_VALUE) {
            shortSinceNanos = facts.nowNanos();
        } else if (facts.forgetAfterNanos() > 0 && facts.nowNanos() - shortSinceNanos >= facts.forgetAfterNanos()) {
            expected = present;
            shortSinceNanos = Long.MIN_VALUE;
        }
        return expected != expectedBefore || present != presentBefore;
    }

    /** So many there should be by the settings of whoever began. */
    void expectAtLeast(int nodes) {
        expected = Math.max(expected, nodes);
    }

    /** A node says that it leaves and need not be expected. */
    void leaves(String node, List<String> members) {
        if (members.contains(node) && leaving.add(node)) {
            expected = Math.max(1, expected - 1);
            present = Math.max(1, members.size() - leaving.size());
        }
    }

    /** A node that was leaving is here after all, or again. */
    void stays(String node) {
        leaving.remove(node);
    }

    /** Whether a node is in view and means to stay. */
    boolean isHere(String node, Facts facts) {
        return facts.members().contains(node) && !leaving.contains(node);
    }

    int expected() {
        return expected;
    }

    int present() {
        return present;
    }

    boolean isMajority() {
        return 2 * present > expected;
    }

    void save(DataOutput out) throws IOException {
        out.writeInt(expected);
        out.writeInt(present);
        out.writeLong(shortSinceNanos);
        Codec.write(leaving, out);
    }

    static Roll load(DataInput in) throws IOException {
        Roll roll = new Roll();
        roll.expected = in.readInt();
        roll.present = in.readInt();
        roll.shortSinceNanos = in.readLong();
        roll.leaving.addAll(Codec.readStrings(in));
        return roll;
    }
}
