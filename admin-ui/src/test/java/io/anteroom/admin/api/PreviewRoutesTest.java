// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.anteroom.admin.AdminServer;
import io.anteroom.admin.AdminServer.Reply;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Priority;
import io.anteroom.event.Events;
import io.anteroom.event.QueueEvent;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What other numbers would have made of the last hour. */
final class PreviewRoutesTest {
    private final Events events = new Events();
    private AdminServer server;

    @BeforeEach
    void start() throws Exception {
        server = new AdminServer.Plan()
                .builder(builder -> builder.events(events))
                .start()
                .setUp();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private void past(int requests) {
        for (int i = 0; i < requests; i++) {
            events.on(new QueueEvent(
                    QueueEvent.Kind.RELEASED,
                    "r" + i,
                    "llm",
                    Caller.of("k" + i % 3, "192.0.2.1"),
                    Priority.NORMAL,
                    null,
                    Duration.ZERO,
                    0,
                    Duration.ofSeconds(2),
                    null));
        }
    }

    private Reply preview(String body) throws Exception {
        return server.call("POST", "/pools/llm/preview", body);
    }

    @Test
    void preview_lessRoom_tellsWhoWouldHaveBeenRefused_andChangesNothing() throws Exception {
        past(120);

        Reply reply = preview("{\"slots\": 1, \"max_waiting\": 5, \"per_key\": {\"max_waiting\": 1}}");

        assertThat(reply.status()).as(reply.http().body()).isEqualTo(200);
        JsonNode body = reply.body();
        assertThat(body.path("requests").asInt()).isEqualTo(120);
        assertThat(body.path("telling").asBoolean()).isTrue();
        assertThat(body.path("real").path("all").path("served").asInt()).isEqualTo(120);
        int before = body.path("current").path("all").path("refused").asInt();
        JsonNode proposed = body.path("proposed").path("all");
        assertThat(proposed.path("refused").asInt()).isGreaterThan(before).isGreaterThan(100);
        assertThat(body.path("proposed")
                        .path("levels")
                        .path("normal")
                        .path("arrived")
                        .asInt())
                .isEqualTo(120);
        assertThat(server.desk().current().number()).isEqualTo(1);
        assertThat(server.anteroom().pool("llm").settings().perKey().maxWaiting())
                .isGreaterThan(1);
    }

    @Test
    void preview_nothingPast_saysThatItTellsNothing() throws Exception {
        Reply reply = preview("{}");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body().path("requests").asInt()).isZero();
        assertThat(reply.body().path("telling").asBoolean()).isFalse();
    }

    @Test
    void preview_ofWhatCannotBe_isRefusedWithThePlace() throws Exception {
        Reply wrong = preview("{\"slots\": -1}");
        assertThat(wrong.status()).isEqualTo(400);
        assertThat(wrong.http().body()).contains("pools.llm.slots");
        assertThat(preview("[1]").status()).isEqualTo(400);
        assertThat(server.call("POST", "/pools/none/preview", "{}").status()).isEqualTo(404);
        assertThat(server.call(server.token("viewer"), "POST", "/pools/llm/preview", "{}")
                        .status())
                .isEqualTo(403);
        assertThat(server.call(server.token("operator"), "POST", "/pools/llm/preview", "{}")
                        .status())
                .isEqualTo(200);
    }
}
