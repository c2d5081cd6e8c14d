// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.Principal;
import io.anteroom.admin.access.Source;
import io.anteroom.admin.store.AuditEntry.Outcome;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** One call of a route, after everything has been checked that can be without knowing what it is about. */
public final class Call {
    static final int MOST_PER_PAGE = 200;
    private static final int USUAL_PER_PAGE = 50;

    private final String id;
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final Access access;
    private final Source source;
    private final @Nullable Principal principal;
    private final Map<String, String> names;
    private final Map<String, String> query;
    private final @Nullable Object body;

    Call(
            String id,
            HttpServletRequest request,
            HttpServletResponse response,
            Access access,
            @Nullable Principal principal,
            Map<String, String> names,
            Map<String, String> query,
            @Nullable Object body) {
        this.id = id;
        this.request = request;
        this.response = response;
        this.access = access;
        this.source = access.source(request);
        this.principal = principal;
        this.names = names;
        this.query = query;
        this.body = body;
    }

    /** The id of the call, which problems and the log name. */
    public String id() {
        return id;
    }

    HttpServletRequest request() {
        return request;
    }

    HttpServletResponse response() {
        return response;
    }

    /** Where it comes from. */
    public Source source() {
        return source;
    }

    /** Who calls, or null on an open route. */
    public @Nullable Principal principalIfKnown() {
        return principal;
    }

    /** Who calls. */
    public Principal principal() {
        return Objects.requireNonNull(principal, "an open route has no principal");
    }

    /** What stands in the path in place of a name. */
    public String name(String name) {
        return Objects.requireNonNull(names.get(name), name);
    }

    /** A parameter of the query, or null. */
    public @Nullable String query(String name) {
        return query.get(name);
    }

    /** A number in the query, which has been checked against its bounds. */
    public long number(String name, long usual) {
        String text = query.get(name);
        return text == null ? usual : Long.parseLong(text);
    }

    /** A flag in the query. */
    public boolean flag(String name) {
        return "true".equals(query.get(name));
    }

    /** A moment in the query, or null. */
    public @Nullable Instant moment(String name) {
        String text = query.get(name);
        try {
            return text == null ? null : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeException e) {
            throw ApiProblem.invalid(
                    name + ": " + Text.shown(text) + " (expected: a moment as in 2026-11-21T09:15:00Z)");
        }
    }

    /** How many items a page has. */
    public int limit() {
        return (int) number("limit", USUAL_PER_PAGE);
    }

    /** A cursor that is a number, or the usual one. */
    public long cursor(long usual) {
        String text = query.get("cursor");
        try {
            return text == null ? usual : Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw ApiProblem.invalid("cursor: " + Text.shown(text) + " (expected: next_cursor of the page before)");
        }
    }

    /** The body. */
    public <T> T body(Class<T> type) {
        return type.cast(Objects.requireNonNull(body, "the route takes no body"));
    }

    /** The body, or null if none came. */
    public <T> @Nullable T bodyIfAny(Class<T> type) {
        return body == null ? null : type.cast(body);
    }

    JsonNode tree() {
        return body(JsonNode.class);
    }

    /** Writes down that something was done. */
    public void audit(String deed, String subject, String detail) {
        access.auditor().add(principal(), source, deed, subject, detail, Outcome.DONE);
    }

    /** Writes down that something failed. */
    public void auditFailed(String deed, String subject, String detail) {
        access.auditor().add(principal(), source, deed, subject, detail, Outcome.FAILED);
    }
}
