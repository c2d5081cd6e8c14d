// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.client;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a client sends. The body is ISO-8859-1 text, so that every byte can be written.
 *
 * @param method the method
 * @param path the path with the query, as on the wire
 * @param headers headers in order; {@code Host} and {@code Content-Length} are the client's own
 * @param body the body, empty for none
 */
public record Request(String method, String path, Map<String, String> headers, String body) {
    /** The header that names a request, and by which the application counts it. */
    public static final String ID = "X-Id";

    /** A request without a body. */
    public static Request get(String path) {
        return new Request("GET", path, Map.of(), "");
    }

    /** A JSON request. */
    public static Request post(String path, String body) {
        return new Request("POST", path, Map.of("Content-Type", "application/json"), body);
    }

    /** The same with one more header. */
    public Request with(String name, String value) {
        Map<String, String> more = new LinkedHashMap<>(headers);
        more.put(name, value);
        return new Request(method, path, more, body);
    }

    /** The same under an id. */
    public Request id(String id) {
        return with(ID, id);
    }
}
