// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class ModelServerTest {
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
    private final HttpClient http = HttpClient.newHttpClient();
    private ModelServer model;

    @BeforeEach
    void start() throws Exception {
        model = ModelServer.start(ModelSettings.ofSlots(2).withSpeed(100), new SlotObserver() {
            @Override
            public void started(long id, long nanos) {
                events.add("started " + id);
            }

            @Override
            public void ended(long id, long nanos) {
                events.add("ended " + id);
            }
        });
    }

    @AfterEach
    void stop() {
        model.close();
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(model.uri() + path));
    }

    private HttpRequest.Builder chat(String body) {
        return request("/v1/chat/completions").POST(BodyPublishers.ofString(body));
    }

    private String send(HttpRequest.Builder request) throws Exception {
        return http.send(request.build(), BodyHandlers.ofString()).body();
    }

    @Test
    void completion_hasContentAndUsage() throws Exception {
        String answer = send(chat("{\"messages\":[{\"role\":\"user\",\"content\":\"12345678\"}],\"max_tokens\":3}"));

        assertThat(answer)
                .contains("\"object\":\"chat.completion\"", "\"content\":\"Please take a\"")
                .contains("\"usage\":{\"prompt_tokens\":2,\"completion_tokens\":3,\"total_tokens\":5}");
        assertThat(model.counts().served()).isEqualTo(1);
    }

    @Test
    void stream_comesTokenByToken_andEndsWithUsageAndDone() throws Exception {
        HttpRequest request = chat("{\"messages\":[],\"max_tokens\":5,\"stream\":true,"
                        + "\"stream_options\":{\"include_usage\":true}}")
                .header("Sim-Service-Micros", "400000")
                .build();
        List<String> lines = new ArrayList<>();
        try (Stream<String> body = http.send(request, BodyHandlers.ofLines()).body()) {
            body.filter(line -> !line.isEmpty()).forEach(lines::add);
        }

        assertThat(lines).allMatch(line -> line.startsWith("data: ")).hasSizeGreaterThan(3);
        assertThat(lines.get(0)).contains("\"role\":\"assistant\"");
        assertThat(lines.get(lines.size() - 2)).contains("\"choices\":[]").contains("\"total_tokens\":6");
        assertThat(lines.get(lines.size() - 1)).isEqualTo("data: [DONE]");
        assertThat(lines).anyMatch(line -> line.contains("\"finish_reason\":\"length\""));
    }

    @Test
    void serviceTime_isWhatTheRequestSays() throws Exception {
        long start = System.nanoTime();
        send(chat("{\"messages\":[]}").header("Sim-Service-Micros", "150000"));

        assertThat(System.nanoTime() - start).isGreaterThan(150_000_000L);
    }

    @Test
    void moreThanSlots_areCountedAsOverAdmissions_andServedAllTheSame() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            HttpRequest request = chat("{\"messages\":[],\"max_tokens\":1}")
                    .header("Sim-Service-Micros", "200000")
                    .build();
            answers.add(http.sendAsync(request, BodyHandlers.ofString()));
        }
        for (CompletableFuture<HttpResponse<String>> answer : answers) {
            assertThat(answer.get(10, TimeUnit.SECONDS).statusCode()).isEqualTo(200);
        }

        ModelCounts counts = model.counts();
        assertThat(counts.served()).isEqualTo(5);
        assertThat(counts.overAdmissions()).isEqualTo(3);
        assertThat(counts.mostRunning()).isEqualTo(5);
        assertThat(counts.running()).isZero();
    }

    @Test
    void clientThatLeaves_givesItsSlotBack() throws Exception {
        CompletableFuture<?> answer = http.sendAsync(
                chat("{\"messages\":[]}")
                        .header("Sim-Service-Micros", "60000000")
                        .header("Sim-Id", "7")
                        .build(),
                BodyHandlers.ofString());
        assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("started 7");
        answer.cancel(true);

        assertThat(events.poll(10, TimeUnit.SECONDS)).isEqualTo("ended 7");
    }

    @Test
    void malformedBodies_areRefused() throws Exception {
        assertThat(send(chat("{"))).contains("The body is not valid JSON.");
        assertThat(send(chat("[]"))).contains("must be a JSON object");
        assertThat(send(chat("{}"))).contains("messages: must be a list.");
        assertThat(send(chat("{\"messages\":[],\"max_tokens\":0}"))).contains("max_tokens: must be from 1");
    }

    @Test
    void otherPaths_answer() throws Exception {
        assertThat(send(request("/v1/models"))).contains("\"id\":\"simulated\"");
        assertThat(send(request("/health"))).isEmpty();
        assertThat(send(request("/metrics")))
                .contains("vllm:num_requests_running{model_name=\"simulated\"} 0")
                .contains("vllm:num_requests_waiting", "vllm:kv_cache_usage_perc");
        assertThat(http.send(request("/nothing").build(), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(404);
    }
}
