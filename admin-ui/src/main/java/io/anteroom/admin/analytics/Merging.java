// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

/** Adds rows without looking into them. */
public final class Merging {
    private Merging() {}

    /** The figures of two rows together. */
    public static byte[] figures(byte[] one, byte[] other) {
        Figures sum = new Figures();
        sum.add(one);
        sum.add(other);
        return sum.bytes();
    }

    /** The callers of two rows together. */
    public static byte[] lists(byte[] one, byte[] other) {
        TopList sum = new TopList();
        sum.add(one);
        sum.add(other);
        return sum.bytes();
    }
}
