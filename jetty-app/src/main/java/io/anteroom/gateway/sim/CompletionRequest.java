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
    /** A model that answers with status 500. */
    static final String FAILING = "failing";

    /** A model that breaks its answer off half-way, closing the connection. */
    static final String BREAKING = "breaking";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int USUAL_OUTPUT = 120;
    private static final int LONGEST_OUTPUT = 100_000;

    /** A body that does not ask for an answer in its dialect. */
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

    static CompletionRequest parse(String body, ModelDialect dialect) throws Unreadable {
        JsonNode root;
        try {
            root = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            throw new Unreadable("The body is not valid JSON.");
        }
        if (!root.isObject()) {
            throw new Unreadable("The body must be a JSON object.");
        }
        JsonNode prompt = root.path(dialect.promptMember());
        if (!prompt.isArray() && (dialect.promptIsList() || !prompt.isTextual())) {
            throw new Unreadable(
                    dialect.promptMember() + ": must be a " + (dialect.promptIsList() ? "list." : "text or a list."));
        }
        return new CompletionRequest(
                root.path("model").asText("simulated"),
                root.path("stream").asBoolean(dialect.streamsUnasked()),
                root.path("stream_options").path("include_usage").asBoolean(false),
                Math.max(1, characters(prompt) / 4),
                output(root));
    }

    private static int output(JsonNode root) throws Unreadable {
        int output = USUAL_OUTPUT;
        String named = "max_tokens";
        for (String name : new String[] {"max_tokens", "max_completion_tokens", "max_output_tokens"}) {
            if (root.path(name).isNumber()) {
                named = name;
                output = root.path(name).asInt();
                break;
            }
        }
        JsonNode predicted = root.path("options").path("num_predict");
        if (predicted.asInt() > 0) { // Ollama: -1 and -2 stand for no limit
            named = "options.num_predict";
            output = predicted.asInt();
        }
        if (output < 1 || output > LONGEST_OUTPUT) {
            throw new Unreadable(named + ": must be from 1 to " + LONGEST_OUTPUT + ".");
        }
        return output;
    }

    /** The length of all texts in a prompt: itself, its messages, or the parts of their contents. */
    private static int characters(JsonNode prompt) {
        if (prompt.isTextual()) {
            return prompt.asText().length();
        }
        int characters = 0;
        if (prompt.isArray()) {
            for (JsonNode part : prompt) {
                characters += characters(part);
            }
        } else if (prompt.isObject()) {
            characters = characters(prompt.path("content")) + characters(prompt.path("text"));
        }
        return characters;
    }

    boolean fails() {
        return model.equals(FAILING);
    }

    boolean breaksOff() {
        return model.equals(BREAKING);
    }
}
