// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

/** How urgent a request is; the first is the most urgent. Each pool gives every level a weight and a longest wait. */
public enum Priority {
    /** Somebody is waiting at this very moment, as in a chat that has begun. */
    CRITICAL,
    /** Interactive work. */
    HIGH,
    /** Everything that says nothing else. */
    NORMAL,
    /** Batches. */
    LOW;

    static final int COUNT = values().length;

    /**
     * The level of an integer as LiteLLM and vLLM use it, where lower means sooner: up to 0 critical, up to 99 high, up
     * to 999 normal, above that low.
     */
    public static Priority ofInteger(long value) {
        if (value <= 0) {
            return CRITICAL;
        }
        if (value <= 99) {
            return HIGH;
        }
        return value <= 999 ? NORMAL : LOW;
    }

    /** Whether this level comes after {@code other}, as low does after high. */
    public boolean isLowerThan(Priority other) {
        return ordinal() > other.ordinal();
    }
}
