// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import java.util.List;

/** Adds rows without looking into them. */
public final class Merging {
    private Merging() {}

    /** The figures of rows together. */
    public static byte[] figures(List<byte[]> rows) {
        Figures sum = new Figures();
        rows.forEach(sum::add);
        return sum.bytes();
    }

    /** The callers of rows together. */
    public static byte[] lists(List<byte[]> rows) {
        TopList sum = new TopList();
        rows.forEach(sum::add);
        return sum.bytes();
    }
}
