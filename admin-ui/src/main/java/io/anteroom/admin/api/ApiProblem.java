// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Why a call is not answered as asked, told as RFC 9457 has it. */
public final class ApiProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int LONGEST = 2000;

    private final int status;
    private final String code;
    private final transient Map<String, Object> members = new LinkedHashMap<>();
    private final transient Map<String, String> headers = new LinkedHashMap<>();

    /**
     * A problem.
     *
     * @param status the HTTP status
     * @param code a stable name
     * @param detail what was wrong, what is allowed, for people; put on one line
     */
    public ApiProblem(int status, String code, String detail) {
        super(Text.line(detail, LONGEST), null, false, false);
        this.status = status;
        this.code = code;
    }

    /** What was sent cannot be used. */
    public static ApiProblem invalid(String detail) {
        return new ApiProblem(400, "invalid_request", detail);
    }

    /** There is nothing of that name. */
    public static ApiProblem missing(String detail) {
        return new ApiProblem(404, "not_found", detail);
    }

    /** It does not go together with how things stand. */
    public static ApiProblem conflict(String code, String detail) {
        return new ApiProblem(409, code, detail);
    }

    /** The same with one more member in its body. */
    public ApiProblem with(String member, Object value) {
        members.put(member, value);
        return this;
    }

    /** The same with one more header field. */
    public ApiProblem withHeader(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /** The same that says when it is worth trying again. */
    public ApiProblem retryAfter(Duration wait) {
        long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
        return withHeader("Retry-After", String.valueOf(seconds)).with("retry_after_seconds", seconds);
    }

    int status() {
        return status;
    }

    String code() {
        return code;
    }

    Map<String, String> headers() {
        return headers;
    }

    /** The body. */
    Map<String, @Nullable Object> body(String requestId) {
        Map<String, @Nullable Object> body = new LinkedHashMap<>();
        body.put("type", "urn:anteroom:problem:" + code);
        body.put("title", code.replace('_', ' '));
        body.put("status", status);
        body.put("code", code);
        body.put("detail", getMessage());
        body.put("request_id", requestId);
        body.putAll(members);
        return body;
    }
}
