// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.admission.OnFull;
import io.anteroom.admission.Priority;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class JsonBodyTest {
    private static JsonBody.Content read(String json) throws BadRequest {
        return JsonBody.read(json.getBytes(StandardCharsets.UTF_8), Dialect.OPENAI);
    }

    private static String forwarded(JsonBody.Content content) {
        return new String(content.forwarded(), StandardCharsets.UTF_8);
    }

    @Test
    void read_allOptions() throws BadRequest {
        JsonBody.Content content = read("{\"model\":\"gpt-x\",\"stream\":true,\"gateflow\":{\"v\":[1,{}],\"queue\":{"
                + "\"priority\":\"high\",\"max_wait_ms\":30000,\"on_full\":\"drop_lowest\",\"on_timeout\":\"error\","
                + "\"enabled\":true,\"batch_id\":\"b1\",\"new\":{\"x\":1}}},\"messages\":[]}");

        assertThat(content.model()).isEqualTo("gpt-x");
        assertThat(content.stream()).isTrue();
        assertThat(content.options())
                .isEqualTo(new Options(
                        Priority.HIGH, Duration.ofSeconds(30), OnFull.SHED_LOWEST, true, "b1", null, null, false));
        assertThat(forwarded(content)).isEqualTo("{\"model\":\"gpt-x\",\"stream\":true,\"messages\":[]}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"model\":\"small\",\"MODEL\":\"big\"}|body: two models (expected: one member 'model')",
                "{\"model\":\"small\",\"model\":\"big\"}|body: two models (expected: one member 'model')",
                "{\"Model\":\"big\"}|body: a member 'Model' (expected: one member 'model')"
            })
    void read_modelThatBackendsReadDifferently_isRefused(String json, String message) throws BadRequest {
        assertThatThrownBy(() -> read(json)).isInstanceOf(BadRequest.class).hasMessage(message);
        assertThat(JsonBody.read(json.getBytes(StandardCharsets.UTF_8), Dialect.PLAIN)
                        .isObject())
                .isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"priority\":1}|{}",
                "{ \"priority\" : 1 }|{  }",
                "{\"priority\":1,\"a\":2}|{\"a\":2}",
                "{\"a\":2,\"priority\":1}|{\"a\":2}",
                "{\"a\":2 , \"priority\":1 , \"b\":3}|{\"a\":2 , \"b\":3}",
                "{\"gateflow\":{},\"priority\":1,\"a\":\"ü€😀\"}|{\"a\":\"ü€😀\"}",
                "{\"ü\":1,\"gateflow\":{\"queue\":{}},\"b\":1.50e3}|{\"ü\":1,\"b\":1.50e3}",
                "{\"a\":{\"priority\":7},\"priority\":null}|{\"a\":{\"priority\":7}}",
                "{\"a\":1,\"priority\":1,\"gateflow\":null,\"c\":[true , null]}|{\"a\":1,\"c\":[true , null]}",
                "{\"priority\":12345}|{}",
                "{}|{}"
            })
    void forwarded_ourMembersAreCut_everythingElseStays(String json, String expected) throws BadRequest {
        assertThat(forwarded(read(json))).isEqualTo(expected);
    }

    @Test
    void forwarded_nothingOfOurs_isTheSameArray() throws BadRequest {
        byte[] body = "{\"a\":1}".getBytes(StandardCharsets.UTF_8);

        assertThat(JsonBody.read(body, Dialect.OPENAI).forwarded()).isSameAs(body);
    }

    @Test
    void priority_plainPath_isTheApplicationsOwn() throws BadRequest {
        byte[] body = "{\"priority\":\"whatever\"}".getBytes(StandardCharsets.UTF_8);

        JsonBody.Content content = JsonBody.read(body, Dialect.PLAIN);

        assertThat(content.options()).isSameAs(Options.NONE);
        assertThat(content.forwarded()).isSameAs(body);
    }

    @Test
    void priority_inQueueObject_isStronger() throws BadRequest {
        assertThat(read("{\"gateflow\":{\"queue\":{\"priority\":\"low\"}},\"priority\":0}")
                        .options()
                        .priority())
                .isEqualTo(Priority.LOW);
        assertThat(read("{\"priority\":0,\"gateflow\":{\"queue\":{\"priority\":\"low\"}}}")
                        .options()
                        .priority())
                .isEqualTo(Priority.LOW);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "{", "{\"a\":1,}", "[]", "1", "{} x", "{\"a\":\"\u0001\"}", "{'a':1}", "\ufeff{", "{\"a\" 1}"
            })
    void malformed_modelApi_isABadRequest(String json) {
        assertThatThrownBy(() -> read(json))
                .isInstanceOf(BadRequest.class)
                .hasMessageStartingWith("body: ")
                .hasMessageEndingWith("(expected: a JSON object)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "\"x\"", "{} {}"})
    void malformed_plainPath_goesThroughUntouched(String json) throws BadRequest {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);

        assertThat(JsonBody.read(body, Dialect.PLAIN).forwarded()).isSameAs(body);
    }

    @Test
    void hostile_depthAndEncoding_areRefusedInWords() {
        assertThatThrownBy(() -> read("{\"a\":" + "[".repeat(100_000))).isInstanceOf(BadRequest.class);
        byte[] broken = {'{', '"', (byte) 0xc3, '(', '"', ':', '1', '}'};
        assertThatThrownBy(() -> JsonBody.read(broken, Dialect.OPENAI)).isInstanceOf(BadRequest.class);
        byte[] utf16 = "{\"priority\":1}".getBytes(StandardCharsets.UTF_16BE);
        assertThatThrownBy(() -> JsonBody.read(utf16, Dialect.OPENAI)).isInstanceOf(BadRequest.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{\"priority\":[1]}|priority: '[...' (expected: an integer or critical, high, normal, low)",
                "{\"priority\":\"x\"}|priority: 'x' (expected: critical, high, normal, low or an integer)",
                "{\"gateflow\":1}|gateflow: '1' (expected: an object)",
                "{\"gateflow\":{\"queue\":[]}}|gateflow.queue: '[...' (expected: an object)",
                "{\"gateflow\":{\"queue\":{\"max_wait_ms\":1.5}}}"
                        + "|gateflow.queue.max_wait_ms: '1.5' (expected: milliseconds from 0 to 86400000)",
                "{\"gateflow\":{\"queue\":{\"enabled\":\"maybe\"}}}"
                        + "|gateflow.queue.enabled: 'maybe' (expected: true or false)"
            })
    void unreadableOption_isABadRequestThatNamesIt(String json, String message) {
        assertThatThrownBy(() -> read(json)).isInstanceOf(BadRequest.class).hasMessage(message);
    }

    @Test
    void lateErrors_messageOfTheBackend_isPassedOn() {
        byte[] openAi = "{\"error\":{\"code\":1,\"message\":\"no such model\"}}".getBytes(StandardCharsets.UTF_8);
        byte[] ollama = "{\"error\":\"busy\"}".getBytes(StandardCharsets.UTF_8);
        byte[] broken = "{\"error\":".getBytes(StandardCharsets.UTF_8);

        assertThat(LateErrors.answered(404, "application/json", openAi, null).message())
                .isEqualTo("The backend answered 404: no such model");
        assertThat(LateErrors.answered(503, "application/json", ollama, null).message())
                .isEqualTo("The backend answered 503: busy");
        assertThat(LateErrors.answered(503, "application/json", broken, null).message())
                .isEqualTo("The backend answered 503.");
        assertThat(LateErrors.answered(200, "text/html", ollama, null).message())
                .isEqualTo("The backend answered without a stream.");
        assertThat(LateErrors.answered(500, "text/plain", "oops\n".getBytes(StandardCharsets.UTF_8), null)
                        .message())
                .isEqualTo("The backend answered 500: oops");
    }

    @Test
    void lateErrors_retryAfterOfTheBackend_isPassedOn() {
        byte[] busy = "busy".getBytes(StandardCharsets.UTF_8);

        assertThat(LateErrors.answered(503, "text/plain", busy, Duration.ofSeconds(7))
                        .message())
                .isEqualTo("The backend answered 503: busy. Please try again in 7s.");
        assertThat(LateErrors.answered(503, null, new byte[0], Duration.ofSeconds(7))
                        .message())
                .isEqualTo("The backend answered 503. Please try again in 7s.");
    }

    @ParameterizedTest
    @CsvSource({
        "'{}',OPENAI,false",
        "'{\"stream\":true}',OPENAI,true",
        "'{}',OLLAMA,true",
        "'{\"stream\":false}',OLLAMA,false",
        "'{\"stream\":null}',OLLAMA_GENERATE,true",
        "'{}',OLLAMA_EMBED,false"
    })
    void stream_notSaid_isTheDialectsDefault(String json, Dialect dialect, boolean expected) throws BadRequest {
        assertThat(JsonBody.read(json.getBytes(StandardCharsets.UTF_8), dialect).stream())
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "LOWER_FIRST|OPENAI|NORMAL|{}|{\"priority\":100}",
                "LOWER_FIRST|OPENAI|NORMAL|{\"a\":1}|{\"a\":1,\"priority\":100}",
                "LOWER_FIRST|COMPLETIONS|HIGH|{ \"a\":1 } |{ \"a\":1 ,\"priority\":1} ",
                "LOWER_FIRST|OPENAI|NORMAL|{\"priority\":500}|{\"priority\":500}",
                "LOWER_FIRST|OPENAI|NORMAL|{\"priority\":5,\"a\":1}|{\"a\":1,\"priority\":100}",
                "LOWER_FIRST|OPENAI|NORMAL|{\"priority\":\"low\"}|{\"priority\":100}",
                "HIGHER_FIRST|RESPONSES|LOW|{\"priority\":2000}|{\"priority\":-2000}",
                "HIGHER_FIRST|OPENAI|CRITICAL|{}|{\"priority\":0}",
                "HIGHER_FIRST|ANTHROPIC|LOW|{\"priority\":2000}|{}",
                "LOWER_FIRST|OLLAMA|LOW|{\"priority\":2000}|{}",
                "NONE|OPENAI|LOW|{\"priority\":2000}|{}"
            })
    void enginePriority_granted_isForwardedInItsDirection(
            EnginePriority engine, Dialect dialect, Priority granted, String json, String expected) throws BadRequest {
        JsonBody.Content content = JsonBody.read(json.getBytes(StandardCharsets.UTF_8), dialect);

        byte[] forwarded = engine.forward(content.forwarded(), dialect, granted, content.number());

        assertThat(new String(forwarded, StandardCharsets.UTF_8)).isEqualTo(expected);
    }

    @Test
    void number_besideAStrongerPriority_mayBeAnyNumber() throws BadRequest {
        JsonBody.Content content =
                read("{\"gateflow\":{\"queue\":{\"priority\":\"low\"}},\"priority\":99999999999999999999}");

        assertThat(content.options().priority()).isEqualTo(Priority.LOW);
        assertThat(content.number()).isNull();
        assertThat(content.hasGateflow()).isTrue();
    }
}
