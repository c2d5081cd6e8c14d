// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ModelMemberTest {
    private static String replaced(String body) {
        byte[] out = ModelMember.replace(body.getBytes(StandardCharsets.UTF_8), "x");
        return new String(out, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '#',
            value = {
                "{\"model\":\"m\"} | {\"model\":\"x\"}",
                "{ \"a\" : 1 , \"model\" : \"ü…\\n\" , \"b\":\"€\"} | { \"a\" : 1 , \"model\" : \"x\" , \"b\":\"€\"}",
                "{\"model\":\"m\",\"model\":null} | {\"model\":\"x\",\"model\":\"x\"}",
                "{\"mod\\u0065l\":7.5e1} | {\"mod\\u0065l\":\"x\"}",
                "{\"model\":{\"model\":[1,{}]},\"a\":[]} | {\"model\":\"x\",\"a\":[]}",
                "{\"a\":{\"model\":\"m\"}} | {\"model\":\"x\",\"a\":{\"model\":\"m\"}}",
                "{} | {\"model\":\"x\"}",
                "{ } | {\"model\":\"x\" }",
                "{\"model\":true,\"n\":12} | {\"model\":\"x\",\"n\":12}",
            })
    void replace_onlyTheModel_changes(String body, String expected) {
        assertThat(replaced(body)).isEqualTo(expected);
    }

    @Test
    void replace_longValues_areFoundWholly() {
        String text = "é\\\\\\\"".repeat(9000);
        String before = "{\"messages\":\"" + text + "\",\"model\":";

        assertThat(replaced(before + "\"" + text + "\",\"z\":\"" + text + "\"}"))
                .isEqualTo(before + "\"x\",\"z\":\"" + text + "\"}");
    }

    @Test
    void replace_whatIsNoObject_isABug() {
        assertThatThrownBy(() -> ModelMember.replace("{\"a\":".getBytes(StandardCharsets.UTF_8), "x"))
                .isInstanceOf(IllegalStateException.class);
    }
}
