// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

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
     * @param requestId the id of the request
     * @param accept the request's Accept field, or null: it may ask for {@code application/problem+json}
     */
    public static Answer of(Problem problem, Dialect dialect, String requestId, @Nullable String accept) {
        return new Answer(
                problem.kind().status(dialect),
                headers(problem, requestId),
                contentType(dialect, accept),
                body(problem, dialect, requestId).getBytes(StandardCharsets.UTF_8));
    }

    /** The end of an event stream that has begun: the dialect's error events. */
    public static byte[] event(Problem problem, Dialect dialect, String requestId) {
        String events = switch (dialect) {
            case RESPONSES -> responsesFailed(problem, requestId);
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
        return events.getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, String> headers(Problem problem, String requestId) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Cache-Control", "no-store");
        headers.put(Headers.REQUEST_ID, requestId);
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
        boolean mayBeProblem = dialect == Dialect.OPENAI || dialect == Dialect.RESPONSES || dialect == Dialect.PLAIN;
        return mayBeProblem && accept != null && accept.contains(PROBLEM_JSON) ? PROBLEM_JSON : JSON;
    }

    private static String body(Problem problem, Dialect dialect, String requestId) {
        return switch (dialect) {
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
                .number("status", kind.status(Dialect.OPENAI))
                .text("detail", problem.message())
                .raw("error", error(problem))
                .text("request_id", requestId)
                .end();
    }

    private static String error(Problem problem) {
        JsonText error = new JsonText()
                .text("message", problem.message())
                .text("type", errorType(problem.kind()))
                .none("param")
                .text("code", problem.kind().code());
        return withQueue(error, problem).end();
    }

    private static String anthropic(Problem problem, String requestId) {
        JsonText error = new JsonText()
                .text("type", anthropicType(problem.kind()))
                .text("message", problem.message())
                .text("code", problem.kind().code());
        return new JsonText()
                .text("type", "error")
                .raw("error", withQueue(error, problem).end())
                .text("request_id", requestId)
                .end();
    }

    private static String ollama(Problem problem) {
        return withQueue(new JsonText().text("error", problem.message()), problem)
                .end();
    }

    private static String responsesFailed(Problem problem, String requestId) {
        String code = problem.kind().code();
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
                .number("sequence_number", 1)
                .text("code", code)
                .text("message", problem.message())
                .none("param");
        return event(
                        "response.failed",
                        new JsonText()
                                .text("type", "response.failed")
                                .number("sequence_number", 0)
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
            case UNAUTHORIZED, BAD_REQUEST, TOO_LARGE, HEADER_TOO_LARGE, UPSTREAM_FAILED -> "about:blank";
            default -> PROBLEMS + "temporary-reduced-capacity";
        };
    }

    private static String errorType(Kind kind) {
        return switch (kind) {
            case FAIR_SHARE, RATE_LIMITED -> "rate_limit_error";
            case QUOTA -> "insufficient_quota";
            case UNAUTHORIZED, BAD_REQUEST, TOO_LARGE, HEADER_TOO_LARGE -> "invalid_request_error";
            default -> "server_error";
        };
    }

    private static String anthropicType(Kind kind) {
        return switch (kind) {
            case FAIR_SHARE, RATE_LIMITED, QUOTA -> "rate_limit_error";
            case UNAUTHORIZED -> "authentication_error";
            case BAD_REQUEST, HEADER_TOO_LARGE -> "invalid_request_error";
            case TOO_LARGE -> "request_too_large";
            case UPSTREAM_FAILED -> "api_error";
            default -> "overloaded_error";
        };
    }
}
