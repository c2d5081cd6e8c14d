// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DialectTest {
    @ParameterizedTest
    @CsvSource({
        "/v1/chat/completions,OPENAI",
        "/queue/chat/completions,OPENAI",
        "/openai/deployments/x/chat/completions,OPENAI",
        "/v1/completions,COMPLETIONS",
        "/v1/embeddings,EMBEDDINGS",
        "/v1/responses,RESPONSES",
        "/v1/messages,ANTHROPIC",
        "/v1/messages/count_tokens,ANTHROPIC",
        "/api/chat,OLLAMA",
        "/api/generate,OLLAMA_GENERATE",
        "/api/embed,OLLAMA_EMBED",
        "/api/embeddings,OLLAMA_EMBED",
        "/api/orders,PLAIN",
        "/v1/models,PLAIN",
        "/,PLAIN"
    })
    void ofPath_knownEnds_tellTheDialect(String path, Dialect dialect) {
        assertThat(Dialect.ofPath(path)).isEqualTo(dialect);
    }
}
