// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What the simulated model says, in the JSON of the OpenAI API. */
final class CompletionText {
    private static final String[] WORDS = ("Please take a seat in the anteroom. Everyone is called in a fair order, "
                    + "the urgent before the patient, and nobody is forgotten. While you wait you are told how many "
                    + "are before you and how long it will take. ")
            .split(" ");

    private final String id;
    private final long created;
    private final CompletionRequest request;

    CompletionText(long number, CompletionRequest request) {
        this.id = "chatcmpl-sim-" + number;
        this.created = System.currentTimeMillis() / 1000;
        this.request = request;
    }

    /** The words from one token to another. */
    private static String words(int from, int to) {
        StringBuilder text = new StringBuilder((to - from) * 7);
        for (int i = from; i < to; i++) {
            text.append(i == 0 ? "" : " ").append(WORDS[i % WORDS.length]);
        }
        return text.toString();
    }

    String whole() {
        ObjectNode choice = JsonNodeFactory.instance.objectNode().put("index", 0);
        choice.putObject("message").put("role", "assistant").put("content", words(0, request.output()));
        choice.put("finish_reason", "length");
        ObjectNode answer = answer("chat.completion");
        answer.putArray("choices").add(choice);
        answer.set("usage", usage());
        return answer.toString();
    }

    /** The event for the tokens from one to another; the last says that it is the last. */
    String chunk(int from, int to) {
        ObjectNode choice = JsonNodeFactory.instance.objectNode().put("index", 0);
        ObjectNode delta = choice.putObject("delta");
        if (from == 0) {
            delta.put("role", "assistant");
        }
        delta.put("content", words(from, to));
        choice.put("finish_reason", to == request.output() ? "length" : null);
        ObjectNode answer = answer("chat.completion.chunk");
        answer.putArray("choices").add(choice);
        return event(answer);
    }

    /** What follows the last token. */
    String end() {
        if (!request.usage()) {
            return "data: [DONE]\n\n";
        }
        ObjectNode answer = answer("chat.completion.chunk");
        answer.putArray("choices");
        answer.set("usage", usage());
        return event(answer) + "data: [DONE]\n\n";
    }

    private static String event(ObjectNode answer) {
        return "data: " + answer + "\n\n";
    }

    private ObjectNode answer(String object) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("id", id)
                .put("object", object)
                .put("created", created)
                .put("model", request.model());
    }

    private ObjectNode usage() {
        return JsonNodeFactory.instance
                .objectNode()
                .put("prompt_tokens", request.prompt())
                .put("completion_tokens", request.output())
                .put("total_tokens", request.prompt() + request.output());
    }
}
