// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;

/** Chat and generate of Ollama's own API: an object, or one in each line. */
final class OllamaText extends ModelText {
    private final boolean chat;
    private final String created = Instant.ofEpochSecond(createdSeconds).toString();

    OllamaText(CompletionRequest request, boolean chat) {
        super(request);
        this.chat = chat;
    }

    @Override
    String whole() {
        return finished(answer(allWords())).toString();
    }

    @Override
    String chunk(int from, int to) {
        return answer(words(from, to)).put("done", false) + "\n";
    }

    @Override
    String end() {
        return finished(answer("")) + "\n";
    }

    private ObjectNode answer(String words) {
        ObjectNode answer = object().put("model", request.model()).put("created_at", created);
        if (chat) {
            answer.putObject("message").put("role", "assistant").put("content", words);
        } else {
            answer.put("response", words);
        }
        return answer;
    }

    private ObjectNode finished(ObjectNode answer) {
        return answer.put("done", true)
                .put("done_reason", "length")
                .put("total_duration", 1_000_000L)
                .put("load_duration", 0L)
                .put("prompt_eval_count", request.prompt())
                .put("prompt_eval_duration", 500_000L)
                .put("eval_count", request.output())
                .put("eval_duration", 500_000L);
    }
}
