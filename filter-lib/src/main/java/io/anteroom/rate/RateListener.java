// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

/**
 * Told what deserves somebody's attention, on the thread where it happens: it must be quick and must not block. What it
 * throws is logged and otherwise ignored.
 */
@FunctionalInterface
public interface RateListener {
    /** Tells nobody. */
    RateListener NOBODY = event -> {};

    /**
     * A share of a budget has been used, told once in a period for each account and share. That all of it has been used
     * is told whether or not it is among the shares of the budget.
     *
     * @param budget the name of the budget
     * @param subject whose account it is: the caller's key, the address, the model, the pool, or a combination
     * @param percent the share
     * @param used how much has been used
     * @param amount how much there is
     */
    record SoftLimit(String budget, String subject, int percent, long used, long amount) {}

    /** A soft limit has been reached. */
    void reached(SoftLimit event);

    /** The store of the buckets fails, for the first time since it last worked. */
    default void storeFailed(RuntimeException failure) {}
}
