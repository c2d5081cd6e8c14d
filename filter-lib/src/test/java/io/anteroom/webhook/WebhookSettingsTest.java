// SPDX-License-Identifier: Apache-2.0
package io.anteroom.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.event.Notice;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class WebhookSettingsTest {
    private static final Notice OF_LLM = new Notice(Notice.QUEUE_FULL, "llm", Map.of(Notice.POOL, "llm"));
    private static final Notice OF_NODE = new Notice(Notice.NODE_LEFT, "node-2", Map.of());

    @ParameterizedTest
    @CsvSource({"*, true", "queue.*, true", "queue.full, true", "queue.timeout, false", "node.*, false"})
    void wants_byEvent_fitsGlobs(String glob, boolean isWanted) {
        assertThat(WebhookSettings.to("https://a.example").withEvents(glob).wants(OF_LLM))
                .isEqualTo(isWanted);
    }

    @Test
    void wants_byPool_toldOfItsPoolsAndOfWhatHasNone() {
        WebhookSettings ofGpu = WebhookSettings.to("https://a.example").withPools(List.of("gpu"));

        assertThat(ofGpu.wants(OF_LLM)).isFalse();
        assertThat(ofGpu.wants(OF_NODE)).isTrue();
        assertThat(ofGpu.withPools(List.of("gpu", "llm")).wants(OF_LLM)).isTrue();
    }

    @Test
    void wants_disabled_nothing() {
        assertThat(WebhookSettings.to("https://a.example").withEnabled(false).wants(OF_LLM))
                .isFalse();
    }

    @Test
    void url_withPassword_isRefusedWithoutRepeatingIt() {
        for (String url : List.of("https://me:s3cret@a.example/", "https://me:s3cret@/", "https://me:s3cret@a_b/")) {
            assertThatThrownBy(() -> WebhookSettings.to(url))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("url: ")
                    .hasMessageNotContaining("s3cret");
        }
    }

    @Test
    void watch_outOfBounds_saysWhatIsAllowed() {
        Duration minute = Duration.ofMinutes(1);

        assertThatThrownBy(() -> new WatchSettings(101, 10, minute, minute, minute))
                .hasMessage("high_usage_percent: 101 (expected: from 1 to 100)");
        assertThatThrownBy(() -> new WatchSettings(80, 80, minute, minute, minute))
                .hasMessage("margin_percent: 80 (expected: from 0 to less than high_usage_percent, 80)");
        assertThatThrownBy(() -> new WatchSettings(80, 10, Duration.ZERO, minute, minute))
                .hasMessage("least_interval_ms: 0 (expected: from 1000 to 86400000)");
        assertThatThrownBy(() -> new WatchSettings(80, 10, minute, minute, Duration.ofDays(2)))
                .hasMessage("stalled_after_ms: 172800000 (expected: from 1000 to 86400000)");
    }
}
