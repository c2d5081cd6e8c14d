// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Messages of the Anthropic API. */
final class MessagesText extends ModelText {
    private final String id;

    MessagesText(long number, CompletionRequest request) {
        super(request);
        this.id = "msg_sim_" + number;
    }

    @Override
    String whole() {
        ObjectNode message = message("max_tokens", request.output());
        message.withArray("content").addObject().put("type", "text").put("text", allWords());
        return message.toString();
    }

    @Override
    String chunk(int from, int to) {
        ObjectNode delta = object().put("type", "content_block_delta").put("index", 0);
        delta.putObject("delta").put("type", "text_delta").put("text", words(from, to));
        return from == 0 ? start() + named(delta) : named(delta);
    }

    private String start() {
        ObjectNode start = object().put("type", "message_start");
        start.set("message", message(null, 1));
        ObjectNode block = object().put("type", "content_block_start").put("index", 0);
        block.putObject("content_block").put("type", "text").put("text", "");
        return named(start) + named(block);
    }

    @Override
    String end() {
        ObjectNode last = object().put("type", "message_delta");
        last.putObject("delta").put("stop_reason", "max_tokens").putNull("stop_sequence");
        last.putObject("usage").put("output_tokens", request.output());
        return named(object().put("type", "content_block_stop").put("index", 0))
                + named(last)
                + named(object().put("type", "message_stop"));
    }

    private ObjectNode message(@Nullable String stopReason, int output) {
        ObjectNode message = object().put("id", id)
                .put("type", "message")
                .put("role", "assistant")
                .put("model", request.model());
        message.putArray("content");
        message.put("stop_reason", stopReason).putNull("stop_sequence");
        message.putObject("usage").put("input_tokens", request.prompt()).put("output_tokens", output);
        return message;
    }
}
