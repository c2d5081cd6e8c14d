// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.GatewayConfig.Log;
import io.anteroom.gateway.sim.ModelServer;
import io.anteroom.gateway.sim.ModelSettings;
import io.anteroom.rate.Limit;
import io.anteroom.rate.RateSettings;
import io.anteroom.rate.Refill;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Callers;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Token limits before a model server that says what it has used, through real sockets. */
final class LimitedGatewayTest {
    private static final Limit TOKENS = hourly(100_000);

    private static Limit hourly(long tokens) {
        return Limit.tokens("tokens", tokens, Duration.ofHours(1)).withRefill(Refill.INTERVAL);
    }

    private final HttpClient http = HttpClient.newHttpClient();
    private ModelServer model;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        model = ModelServer.start(ModelSettings.ofSlots(8).withSpeed(100));
        GatewayConfig usual = ConfigReader.defaults(model.uri());
        gateway = Gateway.start(usual.withListen(usual.listen().withPort(0))
                .withLog(Log.QUIET)
                .withLimits(RateSettings.NONE.withLimits(TOKENS)));
    }

    @AfterEach
    void stop() {
        gateway.close();
        model.close();
    }

    private HttpResponse<String> post(String path, String body) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(gateway.uri().resolve(path))
                .header("Content-Type", "application/json")
                .header("Accept-Encoding", "gzip")
                .POST(BodyPublishers.ofString(body))
                .build();
        HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (gateway.pool("llm").snapshot().running() > 0 && System.nanoTime() < end) {
            LockSupport.parkNanos(100_000);
        }
        return answer;
    }

    private static long remaining(HttpResponse<?> answer) {
        String field = answer.headers().firstValue("RateLimit").orElseThrow();
        return Long.parseLong(field.substring(field.indexOf(";r=") + 3, field.indexOf(";t=")));
    }

    /** Three tokens are asked with and four answered, says the server, and that is what counts. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/chat/completions | "max_tokens":4
            /v1/chat/completions | "max_tokens":4,"stream":true,"stream_options":{"include_usage":true}
            /v1/responses        | "max_output_tokens":4
            /v1/responses        | "max_output_tokens":4,"stream":true
            /v1/messages         | "max_tokens":4
            /v1/messages         | "max_tokens":4,"stream":true
            """)
    void tokens_asTheAnswerSays_areCounted(String path, String members) throws Exception {
        String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"one two three\"}],\"input\":\"one two three\","
                + members.strip() + "}";
        HttpResponse<String> first = post(path, body);

        HttpResponse<String> second = post(path, body);

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(remaining(first) - remaining(second)).isEqualTo(7);
    }

    @Test
    void callersAndLimits_areEditedWhileItRuns() throws Exception {
        String body = "{\"messages\":[],\"max_tokens\":4}";
        assertThat(post("/v1/chat/completions", body).statusCode()).isEqualTo(200);

        gateway.rates().configure(RateSettings.NONE.withLimits(hourly(2)));
        assertThat(post("/v1/chat/completions", body).statusCode()).isEqualTo(429);
        gateway.rates().configure(RateSettings.NONE);
        assertThat(post("/v1/chat/completions", body).statusCode()).isEqualTo(200);
        gateway.callers().edit(snapshot -> Callers.Snapshot.of(CallerPolicy.NOBODY));
        assertThat(post("/v1/chat/completions", body).statusCode()).isEqualTo(401);
    }
}
