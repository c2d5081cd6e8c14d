// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.gateway.config.UpstreamGroup.Retry;
import io.anteroom.gateway.upstream.Call;
import io.anteroom.gateway.upstream.Upstreams;
import io.anteroom.protocol.ModelMember;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.jspecify.annotations.Nullable;

/**
 * A request as its backends get it, as often as it takes. With its body in memory it can be sent again; with a body
 * that comes piece by piece it is sent once.
 */
final class Outgoing {
    private final HttpClient http;
    private final HeaderRules rules;
    private final HttpServletRequest client;
    private final byte @Nullable [] bytes;
    private final @Nullable BodyPump pump;

    private Outgoing(
            HttpClient http,
            HeaderRules rules,
            HttpServletRequest client,
            byte @Nullable [] bytes,
            @Nullable BodyPump pump) {
        this.http = http;
        this.rules = rules;
        this.client = client;
        this.bytes = bytes;
        this.pump = pump;
    }

    /** One whose body is in memory, or that has none. */
    static Outgoing whole(HttpClient http, HeaderRules rules, HttpServletRequest client, byte @Nullable [] bytes) {
        return new Outgoing(http, rules, client, bytes, null);
    }

    /** One whose body is still on its way. */
    static Outgoing piecewise(HttpClient http, HeaderRules rules, HttpServletRequest client, BodyPump pump) {
        return new Outgoing(http, rules, client, null, pump);
    }

    boolean isReplayable() {
        return pump == null;
    }

    /**
     * Whether a backend may have begun with it, and another may get it all the same: methods that change nothing, or
     * the same again; paths that only compute; and what its client itself has marked as the same when it comes twice.
     */
    boolean mayBeDoneTwice(Retry retry) {
        String method = client.getMethod();
        boolean isOnce = method.equals("POST") || method.equals("PATCH");
        return !isOnce || client.getHeader("Idempotency-Key") != null || retry.isRepeatable(client.getRequestURI());
    }

    /**
     * The request for one backend.
     *
     * @throws IllegalArgumentException if its path cannot be a path there
     */
    Request to(Call call) {
        Request request = http.newRequest(target(call.backend().url()));
        request.method(client.getMethod()).idleTimeout(0, TimeUnit.MILLISECONDS);
        request.headers(fields -> rules.toBackend(client, call, fields));
        BodyPump piecewise = pump;
        byte[] whole = bytes;
        if (piecewise != null) {
            request.body(piecewise.content());
        } else if (whole != null) {
            String model = call.model();
            byte[] body = model == null ? whole : ModelMember.replace(whole, model);
            request.body(new BytesRequestContent(client.getContentType(), body));
        }
        return request;
    }

    private URI target(URI backend) {
        String query = client.getQueryString();
        String path = client.getRequestURI() + (query == null ? "" : "?" + query);
        StringBuilder encoded = new StringBuilder(Upstreams.base(backend));
        for (int i = 0; i < path.length(); i++) {
            char character = path.charAt(i);
            if (character > ' ' && character < 0x7f && "\"<>\\^`{|}".indexOf(character) < 0) {
                encoded.append(character);
            } else if (character <= 0xff) {
                encoded.append(String.format("%%%02X", (int) character));
            } else {
                throw new IllegalArgumentException("not encoded");
            }
        }
        return URI.create(encoded.toString());
    }
}
