// SPDX-License-Identifier: Apache-2.0
package io.anteroom.examples.clients;

import com.anthropic.client.AnthropicClient;
import com.anthropic.client.okhttp.AnthropicOkHttpClient;
import com.anthropic.core.http.HttpResponseFor;
import com.anthropic.core.http.StreamResponse;
import com.anthropic.models.messages.Message;
import com.anthropic.models.messages.MessageCreateParams;
import com.anthropic.models.messages.RawMessageStreamEvent;
import java.util.Map;

/** The Anthropic client for Java. */
final class AnthropicClients {
    private AnthropicClients() {}

    static void messages(Task task, Seen seen) {
        AnthropicOkHttpClient.Builder builder =
                AnthropicOkHttpClient.builder().baseUrl(task.base()).apiKey(task.key());
        task.headers().forEach(builder::putHeader);
        AnthropicClient client = builder.build();
        MessageCreateParams asked = MessageCreateParams.builder()
                .model(task.model())
                .addUserMessage("Hello")
                .maxTokens(Clients.TOKENS)
                .build();
        if (!task.stream()) {
            try (HttpResponseFor<Message> answer =
                    client.messages().withRawResponse().create(asked)) {
                seen.header(answer.headers().values(Seen.POSITION));
                seen.chunk(Map.of(), answer.parse().content().get(0).asText().text());
            }
            return;
        }
        try (HttpResponseFor<StreamResponse<RawMessageStreamEvent>> answer =
                        client.messages().withRawResponse().createStreaming(asked);
                StreamResponse<RawMessageStreamEvent> events = answer.parse()) {
            seen.header(answer.headers().values(Seen.POSITION));
            events.stream()
                    .flatMap(event -> event.contentBlockDelta().stream())
                    .flatMap(event -> event.delta().text().stream())
                    .forEach(delta -> seen.chunk(delta._additionalProperties(), delta.text()));
        }
    }
}
