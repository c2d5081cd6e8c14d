// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anteroom.protocol.Answers;
import io.anteroom.protocol.Dialect;
import io.anteroom.protocol.Dialect.Family;
import io.anteroom.protocol.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Tells errors of the server itself in the client's dialect: a code and a sentence, nothing of the inside. */
final class JsonErrors extends ErrorHandler {
    private final long maxHead;
    private final long maxBody;

    JsonErrors(long maxHead, long maxBody) {
        this.maxHead = maxHead;
        this.maxBody = maxBody;
    }

    @Override
    public boolean errorPageForMethod(String method) {
        return true;
    }

    @Override
    protected void generateResponse(
            Request request,
            Response response,
            int code,
            @Nullable String message,
            @Nullable Throwable cause,
            Callback callback) {
        response.setStatus(code);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, "application/json");
        response.getHeaders().put(HttpHeader.CACHE_CONTROL, "no-store");
        response.write(true, ByteBuffer.wrap(body(request, code)), callback);
    }

    private byte[] body(Request request, int status) {
        Dialect dialect = Dialect.ofPath(Request.getPathInContext(request));
        if (dialect.family() == Family.ANTHROPIC || dialect.family() == Family.OLLAMA) {
            String detail = detail(status, HttpStatus.getMessage(status));
            return Answers.of(Problem.ofUpstream(status, code(status), detail), dialect, "", null)
                    .body();
        }
        return json(status).getBytes(StandardCharsets.UTF_8);
    }

    private String json(int status) {
        String title = HttpStatus.getMessage(status);
        String detail = detail(status, title);
        ObjectNode body = JsonNodeFactory.instance.objectNode();
        body.putObject("error")
                .put("message", detail)
                .put("type", status < 500 ? "invalid_request_error" : "server_error")
                .putNull("param")
                .put("code", code(status));
        return body.put("title", title)
                .put("status", status)
                .put("detail", detail)
                .toString();
    }

    private String detail(int status, String title) {
        return switch (status) {
            case 400 -> "The request is not valid HTTP.";
            case 404 -> "There is nothing at this path.";
            case 405 -> "This method is not allowed here.";
            case 408 -> "The request did not come in time.";
            case 413 -> "The body is too large (at most " + maxBody + " bytes).";
            case 414 -> "The address is too long (at most " + maxHead + " bytes with all headers).";
            case 421 -> "This server is not called so (expected: one of the names that it is configured with).";
            case 431 -> "The headers are too large (at most " + maxHead + " bytes).";
            case 500 -> "The gateway failed; its log says more.";
            default -> title + ".";
        };
    }

    private static String code(int status) {
        return switch (status) {
            case 400 -> "bad_request";
            case 404 -> "not_found";
            case 405 -> "method_not_allowed";
            case 408 -> "request_timeout";
            case 413 -> "body_too_large";
            case 414 -> "uri_too_long";
            case 421 -> "misdirected_request";
            case 431 -> "headers_too_large";
            case 500 -> "internal_error";
            default -> "http_" + status;
        };
    }
}
