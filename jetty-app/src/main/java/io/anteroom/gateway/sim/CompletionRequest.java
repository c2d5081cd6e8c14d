// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

/**
 * What a client asks of the model.
 *
 * @param model the model's name, given back as it came
 * @param stream whether the answer comes token by token
 * @param usage whether a stream ends with a count of tokens
 * @param prompt how many tokens the prompt has, by its length
 * @param output how many tokens the answer will have
 */
record CompletionRequest(String model, boolean stream, boolean usage, int prompt, int output) {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int USUAL_OUTPUT = 120;
    private static final int LONGEST_OUTPUT = 100_000;

    /** A body that is no chat completion. */
    static final class Unreadable extends Exception {
        private static final long serialVersionUID = 1L;

        private final String reason;

        Unreadable(String reason) {
            super(reason);
            this.reason = reason;
        }

        String reason() {
            return reason;
        }
    }

    static CompletionRequest parse(String body) throws Unreadable {
        JsonNode root;
        try {
            root = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new Unreadable("The body is not valid JSON.");
        }
        if (!root.isObject()) {
            throw new Unreadable("The body must be a JSON object.");
        }
        if (!root.path("messages").isArray()) {
            throw new Unreadable("messages: must be a list.");
        }
        int output =
                root.path("max_tokens").asInt(root.path("max_completion_tokens").asInt(USUAL_OUTPUT));
        if (output < 1 || output > LONGEST_OUTPUT) {
            throw new Unreadable("max_tokens: must be from 1 to " + LONGEST_OUTPUT + ".");
        }
        return new CompletionRequest(
                root.path("model").asText("simulated"),
                root.path("stream").asBoolean(false),
                root.path("stream_options").path("include_usage").asBoolean(false),
                promptTokens(root.path("messages")),
                output);
    }

    private static int promptTokens(JsonNode messages) {
        int characters = 0;
        for (JsonNode message : messages) {
            characters += message.path("content").asText("").length();
        }
        return Math.max(1, characters / 4);
    }
}
