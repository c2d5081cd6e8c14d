// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.anteroom.event.Notice;
import io.anteroom.webhook.WebhookFormat;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class PayloadTest {
    private static final Instant AT = Instant.parse("2026-02-16T10:30:00.250Z");
    private static final WebhookEvent EVENT = new WebhookEvent(
            "msg_1",
            Notice.QUEUE_HIGH_USAGE,
            "llm",
            AT,
            "/gw",
            JsonText.write(Map.of("current_size", 850, "max_size", 1000, "utilization", 0.85)));
    private static final String DATA = "{\"current_size\":850,\"max_size\":1000,\"utilization\":0.85}";

    @Test
    void standard_isTypeTimestampData() {
        assertThat(Payload.of(EVENT, WebhookFormat.STANDARD))
                .isEqualTo(new Payload(
                        "application/json",
                        "{\"type\":\"queue.high_usage\",\"timestamp\":\"2026-02-16T10:30:00.250Z\",\"data\":" + DATA
                                + "}"));
    }

    @Test
    void gateflow_isTheDocumentedPayload() {
        assertThat(Payload.of(EVENT, WebhookFormat.GATEFLOW))
                .isEqualTo(new Payload(
                        "application/json",
                        "{\"event\":\"queue.high_usage\",\"timestamp\":\"2026-02-16T10:30:00Z\",\"data\":" + DATA
                                + "}"));
    }

    @Test
    void cloudevents_isStructuredMode() {
        assertThat(Payload.of(EVENT, WebhookFormat.CLOUDEVENTS))
                .isEqualTo(new Payload(
                        "application/cloudevents+json",
                        "{\"specversion\":\"1.0\",\"id\":\"msg_1\",\"source\":\"/gw\",\"type\":"
                                + "\"io.anteroom.queue.high_usage\",\"subject\":\"llm\",\"time\":"
                                + "\"2026-02-16T10:30:00.250Z\",\"datacontenttype\":\"application/json\",\"data\":"
                                + DATA
                                + "}"));
    }

    @Test
    void hostileFacts_areOneLineOfAsciiAndComeBackEqual() throws Exception {
        String hostile = "\"},{\"\r\nevent: x\u2028\u0000\u202e\ud83e\udd8a</script>${7*7}";
        Map<String, Object> facts = Map.of("a\"b", hostile, "list", List.of(1, true, Map.of("deep", hostile)));

        WebhookEvent event = WebhookEvent.of(new Notice("queue.full", hostile, facts), AT, "/gw", new SecureRandom());

        assertThat(event.data()).matches("[\\x20-\\x7e]+");
        Object back = new ObjectMapper().readValue(event.data(), Object.class);
        assertThat(back).isEqualTo(facts);
        for (WebhookFormat format : WebhookFormat.values()) {
            assertThat(Payload.of(event, format).body()).matches("[\\x20-\\x7e]+");
        }
    }

    @Test
    void of_halfCharacterAndTooLong_isCutAndClean() {
        String subject = "x".repeat(255) + "\ud83e\udd8a";
        Map<String, Object> facts = Map.of("text", "y".repeat(20_000));

        WebhookEvent event = WebhookEvent.of(new Notice("queue.full", subject, facts), AT, "/gw", new SecureRandom());

        assertThat(event.subject()).isEqualTo("x".repeat(255) + "?");
        assertThat(event.data()).isEqualTo("{\"left_out\":\"too long\"}");
    }

    @Test
    void ids_sortByMoment_andDiffer() {
        Notice notice = new Notice("queue.full", "llm", Map.of());
        String first = WebhookEvent.of(notice, AT, "/gw", new SecureRandom()).id();
        String same = WebhookEvent.of(notice, AT, "/gw", new SecureRandom()).id();
        String later = WebhookEvent.of(notice, AT.plusMillis(1), "/gw", new SecureRandom())
                .id();

        assertThat(first).matches("msg_[0-9A-Z]{26}").isNotEqualTo(same).isLessThan(later);
    }
}
