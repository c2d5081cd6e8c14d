// SPDX-License-Identifier: Apache-2.0
package io.anteroom.examples.clients;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client is told to do.
 *
 * @param id what the answer is marked with
 * @param client which client
 * @param base the gateway
 * @param key the API key
 * @param model the model
 * @param stream whether the answer is to come token by token
 * @param headers fields to send with the request
 */
record Task(int id, String client, String base, String key, String model, boolean stream, Map<String, String> headers) {
    static Task read(JsonNode json) {
        Map<String, String> headers = new LinkedHashMap<>();
        json.path("headers").fields().forEachRemaining(field -> headers.put(field.getKey(), field.getValue().asText()));
        return new Task(
                json.path("id").asInt(),
                json.path("client").asText(),
                json.path("base").asText(),
                json.path("key").asText(),
                json.path("model").asText(),
                json.path("stream").asBoolean(),
                headers);
    }
}
