// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

/**
 * Where buckets live: in this JVM ({@link LocalBuckets}), or somewhere that several nodes share. The form is free of
 * any library's types, so that an implementation brings the Bucket4j that fits its own store. Safe from any thread.
 *
 * <p>A bucket that has never been touched is full. A store may forget a full bucket, and must not forget another. What
 * it throws is answered as {@link OnStoreFailure} says.
 */
public interface BucketStore {
    /**
     * Takes from all buckets, or from none.
     *
     * @param claims at most one for each bucket; not kept and not changed
     */
    Take take(Claim[] claims);

    /**
     * Corrects what was taken: gives back where the amount is negative, at most until the bucket is full, and takes
     * more where it is positive, even if the bucket goes into debt.
     *
     * @param claim the bucket
     * @param amount the difference
     */
    void correct(Claim claim, long amount);

    /**
     * A wish to take from one bucket.
     *
     * @param limit the limit as it is set now; a bucket that was made under an earlier setting takes it over: what has
     *     been used counts under the new one too, and what is left is at once no more than that leaves
     * @param subject what it counts apart
     * @param amount how much, at most {@link Limit#burst()}
     * @param patienceNanos how long the one who asks would wait for it; 0 for not at all. One who waits has taken the
     *     amount already: the bucket is in debt, so nobody who comes later gets it first
     */
    record Claim(Limit limit, String subject, long amount, long patienceNanos) {
        /** By limit and subject; spread, as tables and stripes look at some of its bits only. */
        int hash() {
            int hash = (subject.hashCode() * 31 + limit.name().hashCode()) * 0x9E3779B9;
            return hash ^ (hash >>> 15);
        }
    }

    /**
     * The answer to claims, in their order.
     *
     * @param isTaken whether all were granted
     * @param waitNanos if so, how long until the last of them is covered, usually 0; if not, how long until the last of
     *     those that lack could be granted
     * @param lacking the place of the claim that lacks longest, or -1
     * @param remaining what each bucket holds now; below 0 for one in debt
     * @param resetNanos how long each takes to be full, or -1 for one that refills evenly, where it follows from what
     *     it holds
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, never copied.
    record Take(boolean isTaken, long waitNanos, int lacking, long[] remaining, long[] resetNanos) {}
}
