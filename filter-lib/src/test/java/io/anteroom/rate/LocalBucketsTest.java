// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.rate.BucketStore.Claim;
import io.anteroom.rate.BucketStore.Take;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Buckets that are taken from together, follow their limits, and are dropped when they are full. */
final class LocalBucketsTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Limit SIXTY = Limit.requests("sixty", 60, MINUTE);
    private static final Limit TEN = Limit.requests("ten", 10, MINUTE);

    private long now = -5;
    private final LocalBuckets buckets = new LocalBuckets(() -> now, 1000);

    private void pass(Duration time) {
        now += time.toNanos();
    }

    private static Claim claim(Limit limit, String subject, long amount) {
        return new Claim(limit, subject, amount, 0);
    }

    private Take take(Claim... claims) {
        return buckets.take(claims);
    }

    private long left(Limit limit, String subject) {
        return take(claim(limit, subject, 0)).remaining()[0];
    }

    @Test
    void take_whatIsThere_thenNoMore_untilItRefills() {
        assertThat(take(claim(SIXTY, "a", 60)).isTaken()).isTrue();

        Take refused = take(claim(SIXTY, "a", 3));

        assertThat(refused.isTaken()).isFalse();
        assertThat(refused.lacking()).isZero();
        assertThat(refused.waitNanos()).isEqualTo(Duration.ofSeconds(3).toNanos());
        assertThat(LimitState.of(SIXTY, 0, refused.resetNanos()[0]).reset()).isEqualTo(MINUTE);
        pass(Duration.ofSeconds(3).minusNanos(1));
        assertThat(take(claim(SIXTY, "a", 3)).isTaken()).isFalse();
        pass(Duration.ofNanos(1));
        assertThat(take(claim(SIXTY, "a", 3)).isTaken()).isTrue();
        assertThat(left(SIXTY, "b")).isEqualTo(60);
    }

    @Test
    void take_oneLacks_nothingIsTakenFromTheOthers() {
        take(claim(TEN, "a", 10));

        Take refused = take(claim(SIXTY, "a", 5), claim(TEN, "a", 1), claim(SIXTY, "b", 5));

        assertThat(refused.isTaken()).isFalse();
        assertThat(refused.lacking()).isEqualTo(1);
        assertThat(refused.waitNanos()).isEqualTo(Duration.ofSeconds(6).toNanos());
        assertThat(refused.remaining()).containsExactly(60, 0, 60);
    }

    @Test
    void take_severalLack_theLongestWaitIsTold() {
        take(claim(TEN, "a", 10), claim(SIXTY, "a", 60));

        Take refused = take(claim(SIXTY, "a", 1), claim(TEN, "a", 1));

        assertThat(refused.lacking()).isEqualTo(1);
        assertThat(refused.waitNanos()).isEqualTo(Duration.ofSeconds(6).toNanos());
    }

    @Test
    void take_withPatience_goesIntoDebt_inOrder() {
        take(claim(TEN, "a", 10));
        long patience = Duration.ofSeconds(13).toNanos();

        Take first = take(new Claim(TEN, "a", 1, patience));
        Take second = take(new Claim(TEN, "a", 1, patience));
        Take third = take(new Claim(TEN, "a", 1, patience));

        assertThat(first.isTaken()).isTrue();
        assertThat(first.waitNanos()).isEqualTo(Duration.ofSeconds(6).toNanos());
        assertThat(second.waitNanos()).isEqualTo(Duration.ofSeconds(12).toNanos());
        assertThat(third.isTaken()).isFalse();
        assertThat(third.waitNanos()).isEqualTo(Duration.ofSeconds(18).toNanos());
        assertThat(left(TEN, "a")).isEqualTo(-2);
    }

    @Test
    void interval_refillsAtOnce_atTheEndOfThePeriod() {
        Limit limit = TEN.withRefill(Refill.INTERVAL);
        take(claim(limit, "a", 10));

        pass(MINUTE.minusNanos(1));
        assertThat(take(claim(limit, "a", 1)).resetNanos()).containsExactly(1);
        assertThat(left(limit, "a")).isZero();
        pass(Duration.ofNanos(1));

        assertThat(left(limit, "a")).isEqualTo(10);
    }

    @Test
    void correct_givesBackAtMostUntilFull_andTakesIntoDebt() {
        take(claim(TEN, "a", 4));

        buckets.correct(claim(TEN, "a", 4), -4);
        buckets.correct(claim(TEN, "a", 4), -4);
        assertThat(left(TEN, "a")).isEqualTo(10);
        buckets.correct(claim(TEN, "a", 4), 25);

        assertThat(left(TEN, "a")).isEqualTo(-15);
        assertThat(take(claim(TEN, "a", 1)).waitNanos())
                .isEqualTo(Duration.ofSeconds(96).toNanos());
    }

    @Test
    void limit_raised_givesTheDifferenceAtOnce() {
        take(claim(TEN, "a", 10));

        assertThat(left(Limit.requests("ten", 100, MINUTE), "a")).isEqualTo(90);
    }

    @Test
    void limit_lowered_appliesAtOnce_andForgetsNothing() {
        take(claim(SIXTY, "a", 30));
        take(claim(SIXTY, "b", 59));
        take(claim(SIXTY, "c", 60));
        buckets.correct(claim(SIXTY, "c", 60), 5);
        Limit lower = Limit.requests("sixty", 40, MINUTE);

        assertThat(left(lower, "a")).isEqualTo(10);
        assertThat(left(lower, "b")).isZero();
        assertThat(left(lower, "c")).isEqualTo(-5);
        assertThat(left(lower, "d")).isEqualTo(40);
        assertThat(left(SIXTY, "a")).isEqualTo(30);
    }

    @Test
    void limit_otherPeriodOrRefill_keepsWhatWasUsed() {
        take(claim(SIXTY, "a", 25));

        Limit hourly = new Limit(
                "sixty", Unit.REQUESTS, SIXTY.by(), 60, Duration.ofHours(1), 60, Refill.INTERVAL, OnLimit.REJECT, null);

        assertThat(left(hourly, "a")).isEqualTo(35);
        pass(MINUTE.multipliedBy(59));
        assertThat(left(hourly, "a")).isEqualTo(35);
        pass(MINUTE);
        assertThat(left(hourly, "a")).isEqualTo(60);
    }

    @Test
    void clock_goingBack_countsAsStandingStill() {
        take(claim(SIXTY, "a", 60));
        pass(MINUTE.negated());
        assertThat(left(SIXTY, "a")).isZero();

        pass(MINUTE.plusSeconds(1));

        assertThat(left(SIXTY, "a")).isEqualTo(1);
    }

    @Test
    void buckets_full_areDropped_inUse_never() {
        for (int i = 0; i < 200; i++) {
            take(claim(SIXTY, "user " + i, 60));
        }
        pass(Duration.ofSeconds(1));
        for (int i = 0; i < 1_000_000; i++) {
            take(claim(SIXTY, "stranger " + i, 1));
            now += 100_000_000;
        }

        assertThat(buckets.size()).isLessThan(1000);
        pass(Duration.ofSeconds(1).minus(Duration.ofMillis(100).multipliedBy(1_000_000)));
        assertThat(left(SIXTY, "user 7")).isPositive();
    }

    @Test
    void buckets_allInUse_newcomersShareOne_andNobodyElseLoses() {
        for (int i = 0; i < 900; i++) {
            take(claim(TEN, "user " + i, 5));
        }
        int admitted = 0;
        for (int i = 0; i < 100_000; i++) {
            admitted += take(claim(TEN, "stranger " + i, 1)).isTaken() ? 1 : 0;
        }

        assertThat(buckets.size()).isLessThanOrEqualTo(1000 + LocalBuckets.STRIPES);
        assertThat(buckets.shared()).isGreaterThan(90_000);
        assertThat(admitted).isLessThanOrEqualTo(100 + LocalBuckets.STRIPES * 10);
        assertThat(left(TEN, "user 0")).isEqualTo(5);
    }

    @Test
    void settings_outOfBounds_areTold() {
        assertThatThrownBy(() -> Limit.requests("A b", 1, MINUTE)).hasMessageStartingWith("name: A b (expected: ");
        assertThatThrownBy(() -> Limit.requests("a", 0, MINUTE)).hasMessageStartingWith("amount: 0 (expected: ");
        assertThatThrownBy(() -> Limit.requests("a", 1, Duration.ofDays(32))).hasMessageStartingWith("per: PT768H");
        assertThatThrownBy(() -> Limit.tokens("a", 2_000_000, Duration.ofMillis(1)))
                .hasMessage("amount: 2000000 (expected: from 1 to 1000000)");
        assertThatThrownBy(() -> TEN.withBurst(0)).hasMessageStartingWith("burst: 0");
        assertThatThrownBy(() -> TEN.forModels("a*b")).hasMessage("models: a*b (expected: exact, prefix* or *)");
        assertThatThrownBy(() -> new LocalBuckets(() -> 0, 63)).hasMessageStartingWith("max-buckets: 63");
        assertThatThrownBy(() -> RateSettings.NONE.withLimits(TEN, TEN))
                .hasMessage("limits: ten (expected: each name once)");
    }
}
