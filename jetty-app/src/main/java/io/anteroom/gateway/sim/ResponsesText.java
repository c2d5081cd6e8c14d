// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Responses of the OpenAI API. */
final class ResponsesText extends ModelText {
    private final String id;
    private final String item;
    private int events;

    ResponsesText(long number, CompletionRequest request) {
        super(request);
        this.id = "resp_sim_" + number;
        this.item = "msg_sim_" + number;
    }

    @Override
    String whole() {
        return response("completed", true).toString();
    }

    @Override
    String chunk(int from, int to) {
        String start = from == 0 ? start() : "";
        return start
                + named(event("response.output_text.delta")
                        .put("item_id", item)
                        .put("output_index", 0)
                        .put("content_index", 0)
                        .put("delta", words(from, to))
                        .set("logprobs", object().arrayNode()));
    }

    private String start() {
        StringBuilder start = new StringBuilder();
        for (String name : new String[] {"response.created", "response.in_progress"}) {
            start.append(named(event(name).set("response", response("in_progress", false))));
        }
        start.append(named(
                event("response.output_item.added").put("output_index", 0).set("item", item("in_progress", false))));
        return start.append(named(event("response.content_part.added")
                        .put("item_id", item)
                        .put("output_index", 0)
                        .put("content_index", 0)
                        .set("part", part(""))))
                .toString();
    }

    @Override
    String end() {
        String text = named(event("response.output_text.done")
                .put("item_id", item)
                .put("output_index", 0)
                .put("content_index", 0)
                .put("text", allWords())
                .set("logprobs", object().arrayNode()));
        String part = named(event("response.content_part.done")
                .put("item_id", item)
                .put("output_index", 0)
                .put("content_index", 0)
                .set("part", part(allWords())));
        String done =
                named(event("response.output_item.done").put("output_index", 0).set("item", item("completed", true)));
        return text + part + done + named(event("response.completed").set("response", response("completed", true)));
    }

    private ObjectNode event(String name) {
        return object().put("type", name).put("sequence_number", events++);
    }

    private ObjectNode response(String status, boolean whole) {
        ObjectNode response = object().put("id", id)
                .put("object", "response")
                .put("created_at", createdSeconds)
                .put("status", status)
                .putNull("error")
                .putNull("incomplete_details")
                .putNull("instructions")
                .put("model", request.model())
                .put("parallel_tool_calls", true)
                .put("tool_choice", "auto")
                .put("temperature", 1.0)
                .put("top_p", 1.0)
                .putNull("usage");
        response.putObject("metadata");
        response.putArray("tools");
        response.putArray("output");
        if (whole) {
            response.withArray("output").add(item(status, true));
            response.set("usage", usage());
        }
        return response;
    }

    private ObjectNode usage() {
        ObjectNode usage = object().put("input_tokens", request.prompt())
                .put("output_tokens", request.output())
                .put("total_tokens", request.prompt() + request.output());
        usage.putObject("input_tokens_details").put("cached_tokens", 0);
        usage.putObject("output_tokens_details").put("reasoning_tokens", 0);
        return usage;
    }

    private ObjectNode item(String status, boolean whole) {
        ObjectNode message = object().put("id", item)
                .put("type", "message")
                .put("status", status)
                .put("role", "assistant");
        message.putArray("content");
        if (whole) {
            message.withArray("content").add(part(allWords()));
        }
        return message;
    }

    private static ObjectNode part(String text) {
        ObjectNode part = object().put("type", "output_text").put("text", text);
        part.putArray("annotations");
        part.putArray("logprobs");
        return part;
    }
}
