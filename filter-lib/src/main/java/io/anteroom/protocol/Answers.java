// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.protocol.Dialect.Family;
import io.anteroom.protocol.Problem.Kind;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes problems in the words of a dialect: as an answer of its own, or as the end of a stream that has begun. */
public final class Answers {
    private static final String PROBLEMS = "https://iana.org/assignments/http-problem-types#";
    private static final String JSON = "application/json";
    private static final String PROBLEM_JSON = "application/problem+json";

    private Answers() {}

    /**
     * The whole answer.
     *
     * @param problem what is wrong
     * @param dialect the client's dialect
     * @param requestId the id of the request, or empty
     * @param accept the request's Accept field, or null: it may ask for {@code application/problem+json}
     */
    public static Answer of(Problem problem, Dialect dialect, String requestId, @Nullable String accept) {
        return new Answer(
                problem.status(dialect),
                headers(problem, requestId),
                contentType(dialect, accept),
                body(problem, dialect, requestId).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * The last words of a stream that somebody else has begun and broken off, perhaps in the middle of an event;
     * nothing for an answer that is no stream, which must not look complete.
     *
     * @param contentType the type of what has been sent
     */
    public static byte[] brokenOff(Problem problem, Dialect dialect, String requestId, String contentType) {
        if (contentType.regionMatches(true, 0, "application/x-ndjson", 0, 20)) {
            return ("\n" + ollama(problem) + "\n").getBytes(StandardCharsets.UTF_8);
        }
        if (!contentType.regionMatches(true, 0, "text/event-stream", 0, 17)) {
            return new byte[0];
        }
        Dialect spoken = dialect.family() == Family.OLLAMA ? Dialect.PLAIN : dialect;
        return ("\n\n" + lastEvent(problem, spoken, requestId, 0)).getBytes(StandardCharsets.UTF_8);
    }

    /** The end of a stream that has begun: the dialect's error events, or its last line. */
    static String lastEvent(Problem problem, Dialect dialect, String requestId, long sequence) {
        return switch (dialect.family()) {
            case RESPONSES -> responsesFailed(problem, requestId, sequence);
            case ANTHROPIC -> event("error", anthropic(problem, requestId));
            case OLLAMA -> ollama(problem) + "\n";
            case OPENAI, PLAIN ->
                event(
                        "error",
                        new JsonText()
                                .text("type", "error")
                                .raw("error", error(problem))
                                .end());
        };
    }

    private static Map<String, String> headers(Problem problem, String requestId) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Cache-Control", "no-store");
        if (!requestId.isEmpty()) {
            headers.put(Headers.REQUEST_ID, requestId);
        }
        headers.put(Headers.REJECT_REASON, problem.kind().reason());
        if (problem.kind() == Kind.UNAUTHORIZED) {
            headers.put("WWW-Authenticate", "Bearer");
        } else if (problem.kind() == Kind.QUOTA) {
            headers.put("x-should-retry", "false");
        }
        Duration retryAfter = problem.retryAfter();
        if (retryAfter != null) {
            headers.put("Retry-After", Long.toString(RetryAfter.headerSeconds(retryAfter)));
            headers.put("retry-after-ms", Long.toString(RetryAfter.headerMillis(retryAfter)));
        }
        return headers;
    }

    private static String contentType(Dialect dialect, @Nullable String accept) {
        Family family = dialect.family();
        boolean mayBeProblem = family != Family.ANTHROPIC && family != Family.OLLAMA;
        return mayBeProblem && accept != null && accept.contains(PROBLEM_JSON) ? PROBLEM_JSON : JSON;
    }

    /** The body of an answer of its own. */
    static String body(Problem problem, Dialect dialect, String requestId) {
        return switch (dialect.family()) {
            case ANTHROPIC -> anthropic(problem, requestId);
            case OLLAMA -> ollama(problem);
            case OPENAI, RESPONSES, PLAIN -> merged(problem, requestId);
        };
    }

    private static String merged(Problem problem, String requestId) {
        Kind kind = problem.kind();
        return new JsonText()
                .text("type", problemType(kind))
                .text("title", kind.title())
                .number("status", problem.status(Dialect.OPENAI))
                .text("detail", problem.message())
                .raw("error", error(problem))
                .textUnlessEmpty("request_id", requestId)
                .end();
    }

    private static String error(Problem problem) {
        JsonText error = new JsonText()
                .text("message", problem.message())
                .text("type", errorType(problem))
                .none("param")
                .text("code", problem.code());
        return withQueue(error, problem).end();
    }

    private static String anthropic(Problem problem, String requestId) {
        JsonText error = new JsonText()
                .text("type", anthropicType(problem))
                .text("message", problem.message())
                .text("code", problem.code());
        return new JsonText()
                .text("type", "error")
                .raw("error", withQueue(error, problem).end())
                .textUnlessEmpty("request_id", requestId)
                .end();
    }

    private static String ollama(Problem problem) {
        return withQueue(new JsonText().text("error", problem.message()), problem)
                .end();
    }

    private static String responsesFailed(Problem problem, String requestId, long sequence) {
        String code = problem.code();
        String error = new JsonText()
                .text("code", code)
                .text("message", problem.message())
                .end();
        String response = new JsonText()
                .text("id", "resp_" + requestId)
                .text("object", "response")
                .text("status", "failed")
                .raw("error", error)
                .raw("output", "[]")
                .end();
        JsonText last = new JsonText()
                .text("type", "error")
                .number("sequence_number", sequence + 1)
                .text("code", code)
                .text("message", problem.message())
                .none("param");
        return event(
                        "response.failed",
                        new JsonText()
                                .text("type", "response.failed")
                                .number("sequence_number", sequence)
                                .raw("response", response)
                                .end())
                + event("error", withQueue(last, problem).end());
    }

    private static String event(String name, String data) {
        return "event: " + name + "\ndata: " + data + "\n\n";
    }

    private static JsonText withQueue(JsonText json, Problem problem) {
        String queue = problem.queue();
        return queue == null ? json : json.raw("queue", queue);
    }

    private static String problemType(Kind kind) {
        return switch (kind) {
            case FAIR_SHARE, RATE_LIMITED, QUOTA -> PROBLEMS + "quota-exceeded";
            case NOT_FOUND, METHOD_NOT_ALLOWED, TICKET_NOT_READY, TICKET_OVER -> "about:blank";
            case CALLER_UNKNOWN, UNAUTHORIZED, BAD_REQUEST, TOO_LARGE, HEADER_TOO_LARGE, UPSTREAM_FAILED ->
                "about:blank";
            default -> PROBLEMS + "temporary-reduced-capacity";
        };
    }

    private static String errorType(Problem problem) {
        if (problem.kind() == Kind.QUOTA) {
            return "insufficient_quota";
        }
        int status = problem.status(Dialect.OPENAI);
        return switch (status) {
            case 403 -> "permission_error";
            case 429 -> "rate_limit_error";
            default -> status >= 400 && status < 500 ? "invalid_request_error" : "server_error";
        };
    }

    private static String anthropicType(Problem problem) {
        int status = problem.status(Dialect.ANTHROPIC);
        return switch (status) {
            case 401 -> "authentication_error";
            case 403 -> "permission_error";
            case 404 -> "not_found_error";
            case 413 -> "request_too_large";
            case 429 -> "rate_limit_error";
            case 503, 529 -> "overloaded_error";
            case 504 -> "timeout_error";
            default -> status >= 400 && status < 500 ? "invalid_request_error" : "api_error";
        };
    }
}
