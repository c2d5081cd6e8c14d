// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

/** The API of a client: it decides how refusals, waiting frames and late errors look. */
public enum Dialect {
    /** OpenAI's chat completions. */
    OPENAI(Family.OPENAI, true),
    /** OpenAI's completions of plain text. */
    COMPLETIONS(Family.OPENAI, true),
    /** OpenAI's embeddings, which are never streamed. */
    EMBEDDINGS(Family.OPENAI, false),
    /** OpenAI's responses. */
    RESPONSES(Family.RESPONSES, true),
    /** Anthropic's messages. */
    ANTHROPIC(Family.ANTHROPIC, true),
    /** Ollama's chat. */
    OLLAMA(Family.OLLAMA, true),
    /** Ollama's completion of plain text. */
    OLLAMA_GENERATE(Family.OLLAMA, true),
    /** Ollama's embeddings, which are never streamed. */
    OLLAMA_EMBED(Family.OLLAMA, false),
    /** Anything else: RFC 9457 members merged with OpenAI's {@code error} object, readable by both. */
    PLAIN(Family.PLAIN, true);

    /** Dialects whose errors look alike. */
    public enum Family {
        /** An {@code error} object merged with the members of RFC 9457. */
        OPENAI,
        /** The same, with events of its own at the end of a stream. */
        RESPONSES,
        /** An {@code error} object beside {@code "type":"error"}. */
        ANTHROPIC,
        /** An {@code error} text; streams are lines of JSON. */
        OLLAMA,
        /** The same as OpenAI's. */
        PLAIN
    }

    private final Family family;
    private final boolean mayStream;

    Dialect(Family family, boolean mayStream) {
        this.family = family;
        this.mayStream = mayStream;
    }

    /** The dialect of a path, whatever stands before its well-known end. */
    public static Dialect ofPath(String path) {
        if (path.endsWith("/chat/completions")) {
            return OPENAI;
        }
        if (path.endsWith("/v1/completions")) {
            return COMPLETIONS;
        }
        if (path.endsWith("/v1/embeddings")) {
            return EMBEDDINGS;
        }
        if (path.endsWith("/v1/responses")) {
            return RESPONSES;
        }
        if (path.endsWith("/v1/messages") || path.endsWith("/v1/messages/count_tokens")) {
            return ANTHROPIC;
        }
        return ollama(path);
    }

    private static Dialect ollama(String path) {
        if (path.endsWith("/api/chat")) {
            return OLLAMA;
        }
        if (path.endsWith("/api/generate")) {
            return OLLAMA_GENERATE;
        }
        return path.endsWith("/api/embed") || path.endsWith("/api/embeddings") ? OLLAMA_EMBED : PLAIN;
    }

    /** What its errors look like. */
    public Family family() {
        return family;
    }

    /**
     * Whether the body is known to be a model request: JSON, with {@code model}, {@code stream} and {@code priority}.
     */
    public boolean isModelApi() {
        return this != PLAIN;
    }

    /** Whether it knows streamed answers. */
    public boolean mayStream() {
        return mayStream;
    }

    /** Whether an answer is streamed whose request does not say: Ollama's way. */
    public boolean streamsByDefault() {
        return mayStream && family == Family.OLLAMA;
    }
}
