// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Estimate;
import io.anteroom.admission.QueueStatus;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The bytes of status frames: each ends in one newline, none in a blank line. */
final class StatusFramesTest {
    private static QueueStatus status(Optional<Estimate> estimate) {
        return new QueueStatus(5, 7, 12, estimate, Duration.ofSeconds(10), QueueStatus.Limit.SLOTS);
    }

    private static final Optional<Estimate> ESTIMATE =
            Optional.of(new Estimate(Duration.ofMillis(17_001), Duration.ofSeconds(12), Duration.ofSeconds(27)));

    @Test
    void comment_estimateKnown_isOneLine() {
        assertThat(new String(StatusFrames.comment(status(ESTIMATE)), StandardCharsets.US_ASCII))
                .isEqualTo(": queue position=5 depth=12 estimated_wait_seconds=18\n");
    }

    @Test
    void comment_estimateUnknown_saysNothingOfIt() {
        assertThat(new String(StatusFrames.comment(status(Optional.empty())), StandardCharsets.US_ASCII))
                .isEqualTo(": queue position=5 depth=12\n");
    }

    @Test
    void admitted_saysHowLongItTook() {
        assertThat(new String(StatusFrames.admitted(Duration.ofMillis(12_345)), StandardCharsets.US_ASCII))
                .isEqualTo(": queue admitted wait_ms=12345\n");
    }

    @Test
    void json_isTheStatusObject() {
        assertThat(StatusFrames.json(status(ESTIMATE)))
                .isEqualTo("{\"status\":\"queued\",\"queue_position\":5,\"queue_depth\":12,"
                        + "\"estimated_wait_seconds\":18,\"estimated_wait_range_seconds\":[12,27],"
                        + "\"waited_ms\":10000,\"message\":\"Server busy, waiting for resources\"}");
    }
}
