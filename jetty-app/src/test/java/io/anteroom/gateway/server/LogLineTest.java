// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anteroom.gateway.config.GatewayConfig.LogFormat;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class LogLineTest {
    private static final String HOSTILE = "a\nstatus=200 \u001b[31m\u202etxt\u0000\"\\\u2028é😀";

    @ParameterizedTest
    @EnumSource(LogFormat.class)
    void put_hostileValue_staysOneLineOfAscii(LogFormat format) {
        String line =
                new LogLine(format).put("path", HOSTILE).put("status", 404).end();

        assertThat(line).matches("[ -~]+");
        assertThat(line).doesNotContain("\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {HOSTILE, "", "/v1/chat", "\"},{\"status\":1"})
    void json_anyValue_comesBackAsItWas(String value) throws Exception {
        JsonNode line = new ObjectMapper()
                .readTree(new LogLine(LogFormat.JSON)
                        .put("path", value)
                        .put("none", null)
                        .put("status", 404)
                        .end());

        assertThat(line.get("path").asText()).isEqualTo(value);
        assertThat(line.get("status").asInt()).isEqualTo(404);
        assertThat(line.has("none")).isFalse();
    }

    @ParameterizedTest
    @EnumSource(LogFormat.class)
    void put_longValue_isCut(LogFormat format) {
        assertThat(new LogLine(format).put("path", "x".repeat(100_000)).end().length())
                .isLessThan(400);
    }
}
