// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class HistogramTest {
    @Test
    void bucket_everyTime_liesWithinItsBucketAndBucketsAreNarrow() {
        int last = -1;
        for (long millis = 0; millis < 5_000_000; millis += 1 + millis / 1000) {
            int bucket = Histogram.bucket(millis);
            assertThat(bucket).isGreaterThanOrEqualTo(last).isLessThanOrEqualTo(last + 1);
            assertThat(Histogram.floor(bucket)).isLessThanOrEqualTo(millis);
            assertThat(Histogram.floor(bucket + 1)).isGreaterThan(millis);
            assertThat((Histogram.floor(bucket + 1) - Histogram.floor(bucket)) * 16)
                    .isLessThanOrEqualTo(Math.max(16, millis));
            last = bucket;
        }
        assertThat(Histogram.bucket(Long.MAX_VALUE)).isEqualTo(Histogram.BUCKETS - 1);
        assertThat(Histogram.bucket(-5)).isZero();
    }

    @Test
    void quantile_randomTimes_isWithinThePromisedError() {
        SplittableRandom random = new SplittableRandom(7);
        Histogram histogram = new Histogram();
        long[] all = new long[20_000];
        for (int i = 0; i < all.length; i++) {
            all[i] = (long) Math.exp(random.nextDouble() * 14);
            histogram.recordMillis(all[i]);
        }
        Arrays.sort(all);

        for (double share : new double[] {0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 1}) {
            double exact = all[(int) Math.ceil(share * all.length) - 1];
            assertThat((double) histogram.quantile(share).toMillis())
                    .as("quantile %s", share)
                    .isCloseTo(exact, within(Math.max(1, exact * 0.032)));
        }
        assertThat(histogram.mean().toMillis())
                .isEqualTo((long) Arrays.stream(all).average().orElseThrow());
        assertThat(histogram.longest()).isEqualTo(Duration.ofMillis(all[all.length - 1]));
    }

    @Test
    void add_partsInAnyOrder_isTheSameAsTheWhole() {
        SplittableRandom random = new SplittableRandom(8);
        Histogram whole = new Histogram();
        Histogram sum = new Histogram();
        for (int part = 0; part < 20; part++) {
            Histogram one = new Histogram();
            for (int i = 0; i < 50; i++) {
                long millis = random.nextLong(1L << random.nextInt(1, 34));
                one.recordMillis(millis);
                whole.recordMillis(millis);
            }
            Bytes bytes = new Bytes();
            one.write(bytes);
            sum.add(new Bytes.Reader(bytes.whole()));
        }

        Bytes expected = new Bytes();
        whole.write(expected);
        Bytes actual = new Bytes();
        sum.write(actual);
        assertThat(actual.whole()).isEqualTo(expected.whole());
        assertThat(sum.count()).isEqualTo(1000);
    }

    @Test
    void empty_isZeroEverywhere() {
        Histogram none = new Histogram();

        assertThat(none.quantile(0.99)).isZero();
        assertThat(none.mean()).isZero();
        assertThat(none.longest()).isZero();
        assertThatThrownBy(() -> none.quantile(1.5)).hasMessage("share: 1.5 (expected: from 0 to 1)");
    }

    @Test
    void damagedRow_isToldAsSuch() {
        Histogram histogram = new Histogram();
        histogram.recordMillis(100);
        Bytes bytes = new Bytes();
        histogram.write(bytes);
        byte[] cut = Arrays.copyOf(bytes.whole(), bytes.whole().length - 1);

        assertThatThrownBy(() -> new Histogram().add(new Bytes.Reader(cut)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("damaged");
    }
}
