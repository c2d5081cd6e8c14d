// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Which mode a client really gets. */
final class MannerTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "OPENAI,-,COMMENT",
                "OPENAI,NONE,NONE",
                "OPENAI,CHUNK,CHUNK",
                "OPENAI,EVENT,EVENT",
                "OPENAI,WHITESPACE,COMMENT",
                "COMPLETIONS,CHUNK,CHUNK",
                "RESPONSES,CHUNK,CHUNK",
                "ANTHROPIC,CHUNK,CHUNK",
                "PLAIN,CHUNK,COMMENT",
                "PLAIN,EVENT,EVENT",
                "OLLAMA,-,CHUNK",
                "OLLAMA,COMMENT,CHUNK",
                "OLLAMA_GENERATE,EVENT,CHUNK",
                "OLLAMA,NONE,NONE",
                "EMBEDDINGS,CHUNK,NONE",
                "OLLAMA_EMBED,-,NONE"
            })
    void of_stream_isWhatTheDialectCanDo(Dialect dialect, StatusMode asked, StatusMode used) {
        Manner manner = Manner.of(dialect, asked, StatusMode.COMMENT, true, true);

        assertThat(manner.status()).isEqualTo(used);
        assertThat(manner.isStatusAsked()).isEqualTo(asked != null);
    }

    @ParameterizedTest
    @EnumSource(StatusMode.class)
    void of_json_isSilentUnlessWhiteSpaceIsAskedFor(StatusMode asked) {
        StatusMode expected = asked == StatusMode.WHITESPACE ? asked : StatusMode.NONE;

        assertThat(Manner.of(Dialect.OPENAI, asked, StatusMode.COMMENT, false, true)
                        .status())
                .isEqualTo(expected);
        assertThat(Manner.of(Dialect.OPENAI, asked, StatusMode.COMMENT, false, false)
                        .status())
                .isEqualTo(StatusMode.NONE);
    }

    @Test
    void of_streamThatDoesNotSay_getsTheUsualMode() {
        assertThat(Manner.of(Dialect.OPENAI, null, StatusMode.CHUNK, true, true).status())
                .isEqualTo(StatusMode.CHUNK);
    }

    @ParameterizedTest
    @CsvSource({
        "OPENAI,COMMENT,text/event-stream;charset=utf-8,true",
        "OPENAI,COMMENT,text/event-streams,false",
        "OPENAI,COMMENT,application/json,false",
        "OLLAMA,CHUNK,application/x-ndjson,true",
        "OLLAMA,CHUNK,text/event-stream,false",
        "OPENAI,WHITESPACE,application/json; charset=utf-8,true",
        "OPENAI,WHITESPACE,application/problem+json,true",
        "OPENAI,WHITESPACE,json,false",
        "OPENAI,WHITESPACE,text/plain,false"
    })
    void isContinuedBy_contentType_mustBeTheOneThatWasSent(
            Dialect dialect, StatusMode mode, String type, boolean expected) {
        assertThat(new Manner(dialect, mode, false, null, false).isContinuedBy(type))
                .isEqualTo(expected);
    }

    @Test
    void saying_endlessModel_isCut() {
        assertThat(Manner.silent(Dialect.OPENAI)
                        .saying("x".repeat(1 << 20), false)
                        .model())
                .hasSize(256);
    }
}
