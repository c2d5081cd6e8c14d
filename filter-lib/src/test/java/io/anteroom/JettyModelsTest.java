// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolSettings;
import io.anteroom.rate.Limit;
import io.anteroom.rate.RateSettings;
import io.anteroom.rate.Scope;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

/** That nobody gets past the pool and the limits of the model that a request names, on a real Jetty. */
final class JettyModelsTest {
    private static final String TWO_MODELS = "{\"model\":\"small\",\"model\":\"big\"}";
    private TestServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    private static Anteroom.Builder plain() {
        return Anteroom.builder().pool("llm", PoolSettings.ofSlots(4));
    }

    private static Anteroom.Builder twoPools() {
        return plain().pool("dear", PoolSettings.ofSlots(4)).route("/*", "llm").routeModel("big*", "dear");
    }

    /** One request of the model in an hour, from all together. */
    private static Anteroom.Builder limited(Limit... limits) {
        return plain().limits(RateSettings.NONE.withLimits(limits));
    }

    private HttpResponse<String> post(String path, String type, String body, String... fields) throws Exception {
        HttpRequest.Builder request = server.request(path).POST(BodyPublishers.ofString(body));
        if (type != null) {
            request.header("Content-Type", type);
        }
        for (int i = 0; i < fields.length; i += 2) {
            request.header(fields[i], fields[i + 1]);
        }
        return server.send(request);
    }

    @ParameterizedTest
    @NullSource
    @ValueSource(
            strings = {
                "application/json",
                "application/json; charset=utf-8",
                "application/json;charset=\"UTF-8\"",
                "application/x-www-form-urlencoded",
                "text/plain",
                "text/plain; charset=us-ascii",
                "text/json",
                "application/octet-stream",
                "multipart/form-data; boundary=x",
                "nonsense"
            })
    void modelRequest_whateverItsType_isReadAsJson(String type) throws Exception {
        server = TestServer.start(twoPools());

        assertThat(post("/facts/api/chat", type, "{\"model\":\"big-1\"}").body())
                .contains(" dear ");
        assertThat(post("/facts/api/chat", type, "{\"model\":\"small\"}", "Queue-Model", "big")
                        .body())
                .contains(" llm ");
        assertThat(post("/facts/api/chat", type, TWO_MODELS).statusCode()).isEqualTo(400);
        assertThat(post("/facts/v1/chat/completions", type, "hello").statusCode())
                .isEqualTo(400);
        assertThat(post("/echo/v1/messages", type, "{\"a\":1, \"priority\":5}").body())
                .isEqualTo("{\"a\":1}");
        server.awaitIdle();
    }

    @Test
    void modelRequest_thatNamesNoModel_isNotOfTheOneInTheHeader() throws Exception {
        server = TestServer.start(twoPools());

        assertThat(post("/facts/api/chat", null, "{}", "Queue-Model", "big").body())
                .contains(" llm ");
        assertThat(post("/facts/upload", "text/plain", "hello", "Queue-Model", "big")
                        .body())
                .contains(" dear ");
    }

    @ParameterizedTest
    @CsvSource({
        "Content-Type,application/json; charset=utf-16",
        "Content-Type,application/json; charset=iso-8859-1",
        "Content-Type,text/plain; a=b; Charset = 'ebcdic'",
        "Content-Encoding,gzip",
        "Content-Encoding,'identity, zstd'"
    })
    void modelRequest_inAnotherForm_isRefused(String name, String value) throws Exception {
        server = TestServer.start(plain());
        HttpRequest.Builder request = server.request("/echo/v1/chat/completions")
                .POST(BodyPublishers.ofString("{}", StandardCharsets.UTF_16));

        HttpResponse<String> answer = server.send(request.header(name, value));

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(name + ": ").contains("(expected: ");
        assertThat(server.events).isEmpty();
    }

    @Test
    void otherRequests_ofWhateverForm_goThrough() throws Exception {
        server = TestServer.start(plain());
        String upload = "--x\r\nContent-Disposition: form-data; name=\"model\"\r\n\r\nwhisper\r\n--x--\r\n";

        assertThat(post("/echo/v1/audio/transcriptions", "multipart/form-data; boundary=x", upload)
                        .body())
                .isEqualTo(upload);
        assertThat(post("/echo/v1/files", "text/plain; charset=utf-16", "hello", "Content-Encoding", "zstd")
                        .body())
                .isEqualTo("hello");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void modelRequest_tooLongToBeRead_isRefusedOnlyWhereModelsMatter(boolean chunked) throws Exception {
        String body = "{\"model\":\"big\",\"a\":\"" + "x".repeat(3000) + "\"}";
        Limit byKey = Limit.requests("each", 100, Duration.ofHours(1));
        Anteroom.Builder[] rooms = {
            twoPools(),
            limited(byKey.countedBy(Scope.KEY, Scope.MODEL)),
            limited(byKey.forModels("big*")),
            limited(byKey),
            plain()
        };
        int[] expected = {413, 413, 413, 200, 200};

        for (int i = 0; i < rooms.length; i++) {
            server = TestServer.start(rooms[i].maxBufferedBody(1000));
            HttpRequest.BodyPublisher publisher = BodyPublishers.ofString(body);
            HttpResponse<String> answer = server.send(server.request("/echo/api/generate")
                    .POST(chunked ? BodyPublishers.fromPublisher(publisher) : publisher));

            assertThat(answer.statusCode()).as("room " + i).isEqualTo(expected[i]);
            assertThat(answer.body()).contains(expected[i] == 413 ? "1000 bytes" : body);
            server.close();
        }
    }

    @Test
    void queueModel_tooLong_is431() throws Exception {
        server = TestServer.start(twoPools());

        assertThat(post("/echo/other", "text/plain", "hello", "Queue-Model", "x".repeat(257))
                        .statusCode())
                .isEqualTo(431);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Llama3",
                "lLAMA3",
                "llama3:latest",
                "library/llama3",
                "Registry.Ollama.AI/library/llama3:LATEST",
                "https://registry.ollama.ai/library/llama3"
            })
    void limit_ofAModel_countsAllOfItsSpellings(String spelling) throws Exception {
        server = TestServer.start(limited(
                Limit.requests("llama", 1, Duration.ofHours(1)).countedBy().forModels("llama3*"),
                Limit.requests("each", 1, Duration.ofHours(1)).countedBy(Scope.MODEL)));
        String body = "{\"model\":\"" + spelling + "\"}";

        HttpResponse<String> first = post("/echo/api/chat", null, body);

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.body()).isEqualTo(body);
        assertThat(post("/echo/api/chat", null, "{\"model\":\"llama3\"}").statusCode())
                .isEqualTo(429);
        assertThat(post("/echo/api/chat", null, "{\"model\":\"qwen3\"}").statusCode())
                .isEqualTo(200);
        assertThat(post("/echo/api/chat", null, "{\"model\":\"Qwen3\"}").statusCode())
                .isEqualTo(429);
    }

    @Test
    void route_ofAModel_takesAllOfItsSpellings() throws Exception {
        server = TestServer.start(twoPools());

        assertThat(post("/facts/api/chat", null, "{\"model\":\"BIG-1\"}").body())
                .contains(" dear ");
        assertThat(post("/facts/api/chat", null, "{\"model\":\"library/big\"}").body())
                .contains(" dear ");
    }
}
