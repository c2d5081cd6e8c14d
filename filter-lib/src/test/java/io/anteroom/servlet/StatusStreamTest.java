// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Estimate;
import io.anteroom.admission.QueueStatus;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class StatusStreamTest {
    private static Duration pause(Optional<Estimate> estimate) {
        QueueStatus status = new QueueStatus(5, 9, 12, estimate, Duration.ZERO, QueueStatus.Limit.SLOTS);
        return Duration.ofNanos(StatusStream.pauseNanos(status));
    }

    @ParameterizedTest
    @CsvSource({"0, 1000", "20000, 1000", "20020, 1001", "60000, 3000", "600000, 30000"})
    void pause_estimate_isATwentiethOfIt_andASecondAtLeast(long likelyMillis, long pauseMillis) {
        Duration likely = Duration.ofMillis(likelyMillis);
        Estimate estimate = new Estimate(likely, Duration.ZERO, Duration.ofHours(1));

        assertThat(pause(Optional.of(estimate))).isEqualTo(Duration.ofMillis(pauseMillis));
    }

    @Test
    void pause_noEstimate_isASecond() {
        assertThat(pause(Optional.empty())).isEqualTo(Duration.ofSeconds(1));
    }
}
