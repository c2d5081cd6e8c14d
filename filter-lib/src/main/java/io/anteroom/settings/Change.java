// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

/**
 * One difference between two documents. Hashes of keys are shortened, and of webhooks' addresses all but the host.
 *
 * @param path where, as in {@code pools.llm.slots}
 * @param before what stood there, as JSON; empty if nothing did
 * @param after what stands there, as JSON; empty if nothing does
 */
public record Change(String path, String before, String after) {
    /** The form in which it is told: {@code pools.llm.slots: 8 → 16}. */
    @Override
    public String toString() {
        return path + ": " + (before.isEmpty() ? "none" : before) + " → " + (after.isEmpty() ? "none" : after);
    }
}
