// SPDX-License-Identifier: Apache-2.0
package io.anteroom.examples.clients;

import com.openai.client.OpenAIClient;
import com.openai.client.okhttp.OpenAIOkHttpClient;
import com.openai.core.http.HttpResponseFor;
import com.openai.core.http.StreamResponse;
import com.openai.models.chat.completions.ChatCompletion;
import com.openai.models.chat.completions.ChatCompletionChunk;
import com.openai.models.chat.completions.ChatCompletionCreateParams;
import com.openai.models.responses.Response;
import com.openai.models.responses.ResponseCreateParams;
import com.openai.models.responses.ResponseStreamEvent;
import java.util.Map;

/** The OpenAI client for Java. */
final class OpenAiClients {
    private OpenAiClients() {}

    private static OpenAIClient client(Task task) {
        OpenAIOkHttpClient.Builder client =
                OpenAIOkHttpClient.builder().baseUrl(task.base() + "/v1").apiKey(task.key());
        task.headers().forEach(client::putHeader);
        return client.build();
    }

    static void chat(Task task, Seen seen) {
        OpenAIClient client = client(task);
        ChatCompletionCreateParams asked = ChatCompletionCreateParams.builder()
                .model(task.model())
                .addUserMessage("Hello")
                .maxTokens(Clients.TOKENS)
                .build();
        if (!task.stream()) {
            try (HttpResponseFor<ChatCompletion> answer =
                    client.chat().completions().withRawResponse().create(asked)) {
                seen.header(answer.headers().values(Seen.POSITION));
                String words = answer.parse().choices().get(0).message().content().orElse("");
                seen.chunk(Map.of(), words);
            }
            return;
        }
        try (HttpResponseFor<StreamResponse<ChatCompletionChunk>> answer =
                        client.chat().completions().withRawResponse().createStreaming(asked);
                StreamResponse<ChatCompletionChunk> chunks = answer.parse()) {
            seen.header(answer.headers().values(Seen.POSITION));
            // naive on purpose
            chunks.stream()
                    .forEach(chunk -> seen.chunk(
                            chunk._additionalProperties(),
                            chunk.choices().get(0).delta().content().orElse("")));
        }
    }

    static void responses(Task task, Seen seen) {
        OpenAIClient client = client(task);
        ResponseCreateParams asked = ResponseCreateParams.builder()
                .model(task.model())
                .input("Hello")
                .maxOutputTokens(16)
                .build();
        if (!task.stream()) {
            try (HttpResponseFor<Response> answer =
                    client.responses().withRawResponse().create(asked)) {
                seen.header(answer.headers().values(Seen.POSITION));
                answer.parse().output().forEach(item -> item.message().ifPresent(message -> message.content()
                        .forEach(part -> seen.chunk(Map.of(), part.asOutputText().text()))));
            }
            return;
        }
        try (HttpResponseFor<StreamResponse<ResponseStreamEvent>> answer =
                        client.responses().withRawResponse().createStreaming(asked);
                StreamResponse<ResponseStreamEvent> events = answer.parse()) {
            seen.header(answer.headers().values(Seen.POSITION));
            events.stream().forEach(event -> event(event, seen));
        }
    }

    private static void event(ResponseStreamEvent event, Seen seen) {
        if (event.isFailed()) {
            throw new IllegalStateException(
                    event.asFailed().response().error().map(error -> error.message()).orElse("failed"));
        }
        event.outputTextDelta().ifPresent(delta -> seen.chunk(delta._additionalProperties(), delta.delta()));
    }
}
