// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Chat completions and the older completions of the OpenAI API. */
final class ChatText extends ModelText {
    private final String id;
    private final boolean chat;

    ChatText(long number, CompletionRequest request, boolean chat) {
        super(request);
        this.chat = chat;
        this.id = (chat ? "chatcmpl-sim-" : "cmpl-sim-") + number;
    }

    @Override
    String whole() {
        ObjectNode choice = object().put("index", 0);
        if (chat) {
            choice.putObject("message").put("role", "assistant").put("content", allWords());
        } else {
            choice.put("text", allWords());
        }
        choice.putNull("logprobs").put("finish_reason", "length");
        ObjectNode answer = answer(chat ? "chat.completion" : "text_completion");
        answer.putArray("choices").add(choice);
        answer.set("usage", usage());
        return answer.toString();
    }

    @Override
    String chunk(int from, int to) {
        ObjectNode choice = object().put("index", 0);
        if (chat) {
            ObjectNode delta = choice.putObject("delta");
            if (from == 0) {
                delta.put("role", "assistant");
            }
            delta.put("content", words(from, to));
        } else {
            choice.put("text", words(from, to));
        }
        choice.put("finish_reason", to == request.output() ? "length" : null);
        ObjectNode answer = answer(chunkName());
        answer.putArray("choices").add(choice);
        return data(answer);
    }

    @Override
    String end() {
        if (!request.usage()) {
            return "data: [DONE]\n\n";
        }
        ObjectNode answer = answer(chunkName());
        answer.putArray("choices");
        answer.set("usage", usage());
        return data(answer) + "data: [DONE]\n\n";
    }

    private String chunkName() {
        return chat ? "chat.completion.chunk" : "text_completion";
    }

    private ObjectNode answer(String name) {
        return object().put("id", id)
                .put("object", name)
                .put("created", createdSeconds)
                .put("model", request.model());
    }

    private ObjectNode usage() {
        return object().put("prompt_tokens", request.prompt())
                .put("completion_tokens", request.output())
                .put("total_tokens", request.prompt() + request.output());
    }
}
