// SPDX-License-Identifier: Apache-2.0
package io.anteroom.examples.clients;

import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** LangChain4j, which goes through the HTTP client of the JDK. */
final class Langchain4jClients {
    private Langchain4jClients() {}

    static void chat(Task task, Seen seen) throws Exception {
        if (!task.stream()) {
            OpenAiChatModel model = OpenAiChatModel.builder()
                    .baseUrl(task.base() + "/v1")
                    .apiKey(task.key())
                    .modelName(task.model())
                    .maxTokens(Clients.TOKENS)
                    .customHeaders(task.headers())
                    .build();
            seen.chunk(Map.of(), model.chat("Hello"));
            return;
        }
        OpenAiStreamingChatModel model = OpenAiStreamingChatModel.builder()
                .baseUrl(task.base() + "/v1")
                .apiKey(task.key())
                .modelName(task.model())
                .maxTokens(Clients.TOKENS)
                .customHeaders(task.headers())
                .build();
        CompletableFuture<ChatResponse> over = new CompletableFuture<>();
        model.chat("Hello", new StreamingChatResponseHandler() {
            @Override
            public void onPartialResponse(String words) {
                seen.chunk(Map.of(), words);
            }

            @Override
            public void onCompleteResponse(ChatResponse whole) {
                over.complete(whole);
            }

            @Override
            public void onError(Throwable error) {
                over.completeExceptionally(error);
            }
        });
        over.get();
    }
}
