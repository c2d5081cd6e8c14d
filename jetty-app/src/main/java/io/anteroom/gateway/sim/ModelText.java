// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** What the simulated model says to one request, in the form of one API. */
abstract class ModelText {
    private static final String[] WORDS = ("Please take a seat in the anteroom. Everyone is called in a fair order, "
                    + "the urgent before the patient, and nobody is forgotten. While you wait you are told how many "
                    + "are before you and how long it will take. ")
            .split(" ");

    final CompletionRequest request;
    final long createdSeconds = System.currentTimeMillis() / 1000;

    ModelText(CompletionRequest request) {
        this.request = request;
    }

    /** The answer that is not streamed. */
    abstract String whole();

    /**
     * What a stream says of the tokens from one to another; the first call begins at 0, the last ends at the output.
     */
    abstract String chunk(int from, int to);

    /** What follows the last token. */
    abstract String end();

    /** The words from one token to another. */
    static String words(int from, int to) {
        StringBuilder text = new StringBuilder((to - from) * 7);
        for (int i = from; i < to; i++) {
            text.append(i == 0 ? "" : " ").append(WORDS[i % WORDS.length]);
        }
        return text.toString();
    }

    final String allWords() {
        return words(0, request.output());
    }

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    /** An event without a name. */
    static String data(ObjectNode data) {
        return "data: " + data + "\n\n";
    }

    /** An event whose name is the type inside. */
    static String named(ObjectNode data) {
        return "event: " + data.path("type").asText() + "\n" + data(data);
    }
}
