// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the simulated model says in each API, whole and as a stream. */
final class ModelDialectTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String WORDS = "Please take a seat";

    private final HttpClient http = HttpClient.newHttpClient();
    private ModelServer model;

    @BeforeEach
    void start() throws Exception {
        model = ModelServer.start(ModelSettings.ofSlots(2));
    }

    @AfterEach
    void stop() {
        model.close();
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(model.uri() + path))
                .header("Sim-Service-Micros", "60000")
                .POST(BodyPublishers.ofString(body))
                .build();
        return http.send(request, BodyHandlers.ofString());
    }

    private JsonNode whole(String path, String body) throws Exception {
        HttpResponse<String> answer = post(path, body);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/json");
        return JSON.readTree(answer.body());
    }

    /** The data of a stream's events, whose names, where they have one, are their types. */
    private List<JsonNode> events(String path, String body) throws Exception {
        HttpResponse<String> answer = post(path, body);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("text/event-stream");
        assertThat(answer.body()).endsWith("\n\n");
        return List.of(answer.body().split("\n\n")).stream()
                .filter(event -> !event.equals("data: [DONE]"))
                .map(ModelDialectTest::event)
                .toList();
    }

    private static JsonNode event(String text) {
        JsonNode data = json(text.substring(text.indexOf("data: ") + 6));
        if (text.startsWith("event: ")) {
            assertThat(text).startsWith("event: " + data.path("type").asText() + "\n");
        }
        return data;
    }

    private static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new AssertionError(text, e);
        }
    }

    private static String joined(List<JsonNode> parts, String pointer) {
        StringBuilder text = new StringBuilder();
        parts.forEach(part -> text.append(part.at(pointer).asText("")));
        return text.toString();
    }

    @Test
    void chat_speaksOpenAi() throws Exception {
        String asked = "{\"messages\":[{\"role\":\"user\",\"content\":[{\"type\":\"text\",\"text\":\"12345678\"}]}],"
                + "\"max_completion_tokens\":4";

        JsonNode whole = whole("/v1/chat/completions", asked + "}");
        List<JsonNode> events = events("/v1/chat/completions", asked + ",\"stream\":true}");

        assertThat(whole.at("/choices/0/message/content").asText()).isEqualTo(WORDS);
        assertThat(whole.at("/usage/prompt_tokens").asInt()).isEqualTo(2);
        assertThat(joined(events, "/choices/0/delta/content")).isEqualTo(WORDS);
    }

    @Test
    void completions_speakOpenAi() throws Exception {
        JsonNode whole = whole("/v1/completions", "{\"prompt\":\"hello\",\"max_tokens\":4}");
        List<JsonNode> events = events("/v1/completions", "{\"prompt\":[\"a\"],\"max_tokens\":4,\"stream\":true}");

        assertThat(whole.at("/choices/0/text").asText()).isEqualTo(WORDS);
        assertThat(whole.path("object").asText()).isEqualTo("text_completion");
        assertThat(joined(events, "/choices/0/text")).isEqualTo(WORDS);
    }

    @Test
    void responses_speakOpenAi() throws Exception {
        JsonNode whole = whole("/v1/responses", "{\"input\":\"hello\",\"max_output_tokens\":4}");
        List<JsonNode> events = events(
                "/v1/responses",
                "{\"input\":[{\"role\":\"user\",\"content\":\"hello\"}],\"max_output_tokens\":4,\"stream\":true}");

        assertThat(whole.at("/output/0/content/0/text").asText()).isEqualTo(WORDS);
        assertThat(whole.path("status").asText()).isEqualTo("completed");
        assertThat(events.get(0).path("type").asText()).isEqualTo("response.created");
        assertThat(joined(events, "/delta")).isEqualTo(WORDS);
        for (int i = 0; i < events.size(); i++) {
            assertThat(events.get(i).path("sequence_number").asInt()).isEqualTo(i);
        }
        JsonNode last = events.get(events.size() - 1);
        assertThat(last.path("type").asText()).isEqualTo("response.completed");
        assertThat(last.at("/response/output/0/content/0/text").asText()).isEqualTo(WORDS);
    }

    @Test
    void messages_speakAnthropic() throws Exception {
        String asked = "{\"messages\":[{\"role\":\"user\",\"content\":\"hello\"}],\"max_tokens\":4";

        JsonNode whole = whole("/v1/messages", asked + "}");
        List<JsonNode> events = events("/v1/messages", asked + ",\"stream\":true}");

        assertThat(whole.at("/content/0/text").asText()).isEqualTo(WORDS);
        assertThat(whole.path("stop_reason").asText()).isEqualTo("max_tokens");
        assertThat(events.get(0).path("type").asText()).isEqualTo("message_start");
        assertThat(joined(events, "/delta/text")).isEqualTo(WORDS);
        assertThat(events.get(events.size() - 1).path("type").asText()).isEqualTo("message_stop");
    }

    @ParameterizedTest
    @CsvSource({"/api/chat, messages, /message/content", "/api/generate, prompt, /response"})
    void ollama_speaksInLines(String path, String member, String pointer) throws Exception {
        String asked =
                "{\"" + member + "\":[{\"role\":\"user\",\"content\":\"hello\"}],\"options\":{\"num_predict\":4}";

        JsonNode whole = whole(path, asked + ",\"stream\":false}");
        HttpResponse<String> stream = post(path, asked + "}");

        assertThat(whole.at(pointer).asText()).isEqualTo(WORDS);
        assertThat(whole.path("done").asBoolean()).isTrue();
        assertThat(stream.headers().firstValue("Content-Type")).hasValue("application/x-ndjson");
        List<JsonNode> lines = stream.body().lines().map(ModelDialectTest::json).toList();
        assertThat(joined(lines, pointer)).isEqualTo(WORDS);
        assertThat(lines)
                .filteredOn(line -> line.path("done").asBoolean())
                .containsExactly(lines.get(lines.size() - 1));
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions, messages, /error/type, server_error",
        "/v1/responses, input, /error/type, server_error",
        "/v1/messages, messages, /error/type, api_error",
        "/api/chat, messages, /error, The simulated model has failed."
    })
    void failingModel_isAnErrorOfTheDialect(String path, String member, String pointer, String told) throws Exception {
        HttpResponse<String> answer =
                post(path, "{\"model\":\"failing\",\"stream\":true,\"" + member + "\":[],\"max_tokens\":4}");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(JSON.readTree(answer.body()).at(pointer).asText()).isEqualTo(told);
    }

    @ParameterizedTest
    @CsvSource({"/v1/chat/completions, true", "/v1/chat/completions, false", "/v1/messages, true", "/api/chat, true"})
    void breakingModel_closesTheConnection(String path, boolean stream) {
        assertThatThrownBy(() -> post(
                        path, "{\"model\":\"breaking\",\"stream\":" + stream + ",\"messages\":[],\"max_tokens\":4}"))
                .isInstanceOf(IOException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/messages, messages: must be a list.",
        "/v1/responses, input: must be a text or a list.",
        "/api/generate, prompt: must be a text or a list."
    })
    void bodyWithoutPrompt_isRefused(String path, String reason) throws Exception {
        HttpResponse<String> answer = post(path, "{}");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(reason);
    }
}
