// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/** The APIs that the simulated model speaks, by their paths. */
enum ModelDialect {
    CHAT("/v1/chat/completions", "messages"),
    COMPLETIONS("/v1/completions", "prompt"),
    RESPONSES("/v1/responses", "input"),
    MESSAGES("/v1/messages", "messages"),
    OLLAMA_CHAT("/api/chat", "messages"),
    OLLAMA_GENERATE("/api/generate", "prompt");

    private final String path;
    private final String promptMember;

    ModelDialect(String path, String promptMember) {
        this.path = path;
        this.promptMember = promptMember;
    }

    static Optional<ModelDialect> of(String method, String path) {
        if (method.equals("POST")) {
            for (ModelDialect dialect : values()) {
                if (dialect.path.equals(path)) {
                    return Optional.of(dialect);
                }
            }
        }
        return Optional.empty();
    }

    String promptMember() {
        return promptMember;
    }

    boolean promptIsList() {
        return promptMember.equals("messages");
    }

    boolean isOllama() {
        return this == OLLAMA_CHAT || this == OLLAMA_GENERATE;
    }

    /** Whether an answer is a stream if the request does not say. */
    boolean streamsUnasked() {
        return isOllama();
    }

    String streamType() {
        return isOllama() ? "application/x-ndjson" : "text/event-stream";
    }

    ModelText text(long number, CompletionRequest request) {
        return switch (this) {
            case CHAT, COMPLETIONS -> new ChatText(number, request, this == CHAT);
            case RESPONSES -> new ResponsesText(number, request);
            case MESSAGES -> new MessagesText(number, request);
            case OLLAMA_CHAT, OLLAMA_GENERATE -> new OllamaText(request, this == OLLAMA_CHAT);
        };
    }

    /** The body of an answer that says what is wrong. */
    String error(String message, boolean clients) {
        JsonNodeFactory json = JsonNodeFactory.instance;
        if (isOllama()) {
            return json.objectNode().put("error", message).toString();
        }
        String type = clients ? "invalid_request_error" : this == MESSAGES ? "api_error" : "server_error";
        ObjectNode body = json.objectNode();
        if (this == MESSAGES) {
            body.put("type", "error").putObject("error").put("type", type).put("message", message);
        } else {
            body.putObject("error")
                    .put("message", message)
                    .put("type", type)
                    .putNull("param")
                    .putNull("code");
        }
        return body.toString();
    }
}
