// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.anteroom.admin.AdminServer;
import io.anteroom.admin.AdminServer.Reply;
import io.anteroom.admission.Order;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The calls that GateFlow documents, with host and key changed, and the fields that it documents of the answers. */
final class GateflowExamplesTest {
    private AdminServer server;

    @BeforeEach
    void start() throws Exception {
        server = new AdminServer.Plan().start().setUp();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private PoolSettings pool() {
        return server.desk().current().settings().pools().get("llm");
    }

    private static Set<String> names(JsonNode node) {
        Set<String> names = new LinkedHashSet<>();
        for (Iterator<String> all = node.fieldNames(); all.hasNext(); ) {
            names.add(all.next());
        }
        return names;
    }

    @Test
    void enableQueuing_asDocumented_isInForce() throws Exception {
        Reply reply = server.call("POST", "/queue-config", """
                {
                    "enabled": true,
                    "max_queue_size": 1000,
                    "max_wait_ms": 60000,
                    "priority_levels": ["critical", "high", "normal", "low"],
                    "default_priority": "normal"
                }""");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(names(reply.body()))
                .contains("enabled", "max_queue_size", "max_wait_ms", "priority_levels", "default_priority");
        assertThat(reply.body().path("max_queue_size").asInt()).isEqualTo(1000);
        assertThat(pool().maxWaiting()).isEqualTo(1000);
        assertThat(pool().level(Priority.NORMAL).longestWait()).isEqualTo(Duration.ofSeconds(60));
        assertThat(server.anteroom().pool("llm").settings().maxWaiting()).isEqualTo(1000);
    }

    @Test
    void perApiKey_asDocumented_makesAKeyOfThatPriority() throws Exception {
        Reply reply =
                server.call("POST", "/api-keys", "{\"name\": \"realtime-key\", \"default_queue_priority\": \"high\"}");

        assertThat(reply.status()).isEqualTo(201);
        assertThat(reply.body().path("name").asText()).isEqualTo("realtime-key");
        assertThat(reply.body().path("default_queue_priority").asText()).isEqualTo("high");
        assertThat(reply.body().path("key").asText()).startsWith("ar-").hasSizeGreaterThan(40);
        assertThat(server.desk()
                        .current()
                        .settings()
                        .callers()
                        .byName()
                        .get("realtime-key")
                        .policy()
                        .priority())
                .isEqualTo(Priority.HIGH);
    }

    @Test
    void queueStatus_asDocumented_hasTheFields() throws Exception {
        Reply reply = server.call("GET", "/queue/status", null);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(names(reply.body()))
                .containsExactlyInAnyOrder(
                        "queue_enabled",
                        "current_size",
                        "max_size",
                        "by_priority",
                        "avg_wait_ms",
                        "processing_rate_per_min");
        assertThat(names(reply.body().path("by_priority"))).containsExactly("critical", "high", "normal", "low");
        assertThat(reply.body().path("queue_enabled").asBoolean()).isTrue();
        assertThat(reply.body().path("max_size").asInt()).isEqualTo(1000);
    }

    @Test
    void fairQueuing_asDocumented_isInForceAndLeavesTheRest() throws Exception {
        PoolSettings before = pool();

        Reply reply = server.call("POST", "/queue-config", """
                {"fair_queuing": {"enabled": true, "max_per_key": 50, "max_per_ip": 100}}""");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body().path("fair_queuing").path("max_per_key").asInt())
                .isEqualTo(50);
        assertThat(pool().perIp().maxWaiting()).isEqualTo(100);
        assertThat(pool().maxWaiting()).isEqualTo(before.maxWaiting());
        assertThat(pool().order()).isEqualTo(Order.WEIGHTED);
    }

    @Test
    void batchStatus_asDocumented_hasTheFields() throws Exception {
        server.letGo();
        HttpRequest.Builder member =
                server.request("POST", "/v1/chat/completions", "{}").header("Queue-Batch-Id", "batch_abc123");
        assertThat(server.send(member).status()).isEqualTo(200);

        Reply reply = server.call("GET", "/queue/batch/batch_abc123", null);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(names(reply.body()))
                .contains("batch_id", "total_requests", "completed", "queued", "failed", "avg_wait_ms");
        assertThat(reply.body().path("batch_id").asText()).isEqualTo("batch_abc123");
        assertThat(reply.body().path("total_requests").asInt()).isEqualTo(1);
        assertThat(server.call("GET", "/queue/batch/another", null).status()).isEqualTo(404);
    }

    @Test
    void analytics_asDocumented_hasTheFields() throws Exception {
        Reply reply = server.call("GET", "/analytics/queue?period=1h", null);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(names(reply.body()))
                .containsExactlyInAnyOrder(
                        "period",
                        "requests_queued",
                        "requests_processed",
                        "requests_timed_out",
                        "requests_rejected",
                        "avg_wait_ms",
                        "p95_wait_ms",
                        "p99_wait_ms",
                        "peak_queue_size");
        assertThat(reply.body().path("period").asText()).isEqualTo("1h");
    }

    @Test
    void webhooks_asDocumented_areInTheSettings() throws Exception {
        Reply reply = server.call("POST", "/webhooks", """
                {
                    "url": "https://your-app.com/queue-webhook",
                    "events": ["queue.high_usage", "queue.timeout", "queue.full"]
                }""");

        assertThat(reply.status()).isEqualTo(201);
        assertThat(names(reply.body())).contains("id", "url", "events", "secret");
        String id = reply.body().path("id").asText();
        assertThat(server.desk()
                        .current()
                        .settings()
                        .notices()
                        .webhooks()
                        .get(id)
                        .events())
                .containsExactly("queue.high_usage", "queue.timeout", "queue.full");
        assertThat(server.call("PATCH", "/webhooks/" + id, "{\"enabled\": false}")
                        .body()
                        .path("enabled")
                        .asBoolean())
                .isFalse();
        assertThat(server.call("POST", "/webhooks/" + id + "/test", null).status())
                .isEqualTo(503);
        assertThat(server.call("DELETE", "/webhooks/" + id, null).status()).isEqualTo(204);
        assertThat(server.call("GET", "/webhooks/" + id, null).status()).isEqualTo(404);
        assertThat(server.call("POST", "/webhooks", "{\"url\": \"ftp://x.example/\", \"events\": [\"*\"]}")
                        .status())
                .isEqualTo(400);
    }

    @Test
    void queueConfig_switchedOffAndOn_letsNobodyWaitAndThenAgain() throws Exception {
        server.call("PATCH", "/queue-config", "{\"enabled\": false}");

        assertThat(pool().maxWaiting()).isZero();
        assertThat(server.call("GET", "/queue/status", null)
                        .body()
                        .path("queue_enabled")
                        .asBoolean())
                .isFalse();
        server.call("PATCH", "/queue-config", "{\"enabled\": true}");
        assertThat(pool().maxWaiting()).isEqualTo(1000);
    }

    @Test
    void queueConfig_wrong_saysWhatIsAllowed() throws Exception {
        assertThat(server.call("POST", "/queue-config", "{\"max_queue_size\": -1}")
                        .body()
                        .path("detail")
                        .asText())
                .isEqualTo("max_queue_size: -1 (expected: from 0 to 10000000)");
        assertThat(server.call("POST", "/queue-config", "{\"priority_levels\": [\"low\"]}")
                        .status())
                .isEqualTo(400);
        assertThat(server.call("POST", "/queue-config?pool=none", "{}").status())
                .isEqualTo(404);
        assertThat(server.call("POST", "/queue-config", "{\"max_size\": 1}")
                        .body()
                        .path("detail")
                        .asText())
                .startsWith("max_size: unknown member (expected: one of default_priority, enabled");
        assertThat(server.call("PUT", "/queue-config", "{\"enabled\": true}").status())
                .isEqualTo(428);
    }
}
