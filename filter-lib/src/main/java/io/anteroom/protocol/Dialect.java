// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

/** The API family of a client: it decides how refusals, waiting frames and late errors look. */
public enum Dialect {
    /** OpenAI's chat completions, completions, embeddings and what else lives beside them. */
    OPENAI,
    /** OpenAI's responses. */
    RESPONSES,
    /** Anthropic's messages. */
    ANTHROPIC,
    /** Ollama's own API. */
    OLLAMA,
    /** Anything else: RFC 9457 members merged with OpenAI's {@code error} object, readable by both. */
    PLAIN;

    /** The dialect of a path, whatever stands before its well-known end. */
    public static Dialect ofPath(String path) {
        if (path.endsWith("/chat/completions") || path.endsWith("/v1/completions") || path.endsWith("/v1/embeddings")) {
            return OPENAI;
        }
        if (path.endsWith("/v1/responses")) {
            return RESPONSES;
        }
        if (path.endsWith("/v1/messages") || path.endsWith("/v1/messages/count_tokens")) {
            return ANTHROPIC;
        }
        return isOllama(path) ? OLLAMA : PLAIN;
    }

    private static boolean isOllama(String path) {
        return path.endsWith("/api/chat")
                || path.endsWith("/api/generate")
                || path.endsWith("/api/embed")
                || path.endsWith("/api/embeddings");
    }

    /**
     * Whether the body is known to be a model request: JSON, with {@code model}, {@code stream} and {@code priority}.
     */
    public boolean isModelApi() {
        return this != PLAIN;
    }

    /** Whether a streamed answer is an event stream, in which comments can be sent while the request waits. */
    public boolean streamsEvents() {
        return this != OLLAMA;
    }
}
