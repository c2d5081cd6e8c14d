// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import io.anteroom.rate.BucketStore.Claim;
import io.github.bucket4j.Bandwidth;
import io.github.bucket4j.BandwidthBuilder.BandwidthBuilderRefillStage;
import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.bucket4j.TokensInheritanceStrategy;
import org.jspecify.annotations.Nullable;

/**
 * One bucket and the limit that it follows: Bucket4j's arithmetic without its locks and clocks, which are those of the
 * {@link Stripe}. Used by one thread at a time.
 */
final class Meter {
    final int hash;
    /** The next in its chain of the {@link MeterTable}. */
    @Nullable Meter next;

    private final String subject;
    private BucketState state;
    private Limit limit;

    Meter(Claim claim, long now) {
        this.hash = claim.hash();
        this.subject = claim.subject();
        this.limit = claim.limit();
        this.state = full(limit, now);
    }

    boolean isOf(Claim claim) {
        return subject.equals(claim.subject())
                && limit.name().equals(claim.limit().name());
    }

    private static BucketState full(Limit limit, long now) {
        return BucketState.createInitialState(configuration(limit), MathType.INTEGER_64_BITS, now);
    }

    static BucketConfiguration configuration(Limit limit) {
        BandwidthBuilderRefillStage stage = Bandwidth.builder().capacity(limit.burst());
        Bandwidth bandwidth = (limit.refill() == Refill.SMOOTH
                        ? stage.refillGreedy(limit.amount(), limit.per())
                        : stage.refillIntervally(limit.amount(), limit.per()))
                .build();
        return BucketConfiguration.builder().addLimit(bandwidth).build();
    }

    /**
     * Takes the amount if it is there, or if waiting for it takes no longer than the patience.
     *
     * @return how long until it is there, in nanoseconds; it has been taken unless that is more than the patience
     */
    long take(long amount, long patience, long now) {
        state.refillAllBandwidth(now);
        if (amount <= state.getAvailableTokens()) {
            state.consume(amount);
            return 0;
        }
        long wait = untilThereIs(amount, now);
        if (wait <= patience) {
            state.consume(amount);
        }
        return wait;
    }

    /** How long until the amount is there. */
    long untilThereIs(long amount, long now) {
        state.refillAllBandwidth(now);
        return amount <= state.getAvailableTokens()
                ? 0
                : state.calculateDelayNanosAfterWillBePossibleToConsume(amount, now, true);
    }

    /** Takes more, even into debt, or gives back, at most until it is full. */
    void correct(long amount, long now) {
        state.refillAllBandwidth(now);
        if (amount > 0) {
            state.consume(amount);
        } else if (amount < 0) {
            state.addTokens(-amount);
        }
    }

    /** What it holds, as of the last call that was told the time. */
    long remaining() {
        return state.getAvailableTokens();
    }

    /** How long until it is full, or -1 where that follows from what it holds: dividing costs as much as taking. */
    long untilFull(long now) {
        return limit.refill() == Refill.SMOOTH ? -1 : state.calculateFullRefillingTime(now);
    }

    boolean isFull(long now) {
        state.refillAllBandwidth(now);
        return state.getAvailableTokens() >= limit.burst();
    }

    /**
     * Follows the limit as it is set now. What has been used stays used: raising the limit by 100 gives 100 more, and
     * lowering it leaves what it leaves after that, but nobody is put into debt by it.
     */
    void follow(Limit changed, long now) {
        Limit old = limit;
        if (changed.equals(old)) {
            return;
        }
        limit = changed;
        if (changed.unit() != old.unit()) {
            state = full(changed, now);
            return;
        }
        state.refillAllBandwidth(now);
        long available = state.getAvailableTokens();
        state = state.replaceConfiguration(configuration(changed), TokensInheritanceStrategy.ADDITIVE, now);
        if (changed.burst() < old.burst() && available >= 0) {
            long left = Math.max(0, changed.burst() - (old.burst() - available));
            state.consume(state.getAvailableTokens() - left);
        }
    }
}
