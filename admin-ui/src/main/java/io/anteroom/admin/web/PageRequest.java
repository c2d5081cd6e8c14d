// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.access.Principal;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What is asked of a page. Belongs to the thread that answers it. */
public final class PageRequest {
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final String path;
    private final Map<String, String> names;
    private final Parameters query;
    private final Parameters form;
    private final @Nullable Principal principal;
    private final Instant now;
    private final Guard guard;

    /** What the servlet has found out about a request. */
    record Parts(String path, Map<String, String> names, Parameters query, Parameters form) {}

    PageRequest(
            HttpServletRequest request,
            HttpServletResponse response,
            Parts parts,
            @Nullable Principal principal,
            Instant now,
            Guard guard) {
        this.request = request;
        this.response = response;
        this.path = parts.path();
        this.names = parts.names();
        this.query = parts.query();
        this.form = parts.form();
        this.principal = principal;
        this.now = now;
        this.guard = guard;
    }

    /** The request itself, for those who need its address or its cookies. */
    public HttpServletRequest http() {
        return request;
    }

    /** The response, for those who set cookies; status and body are written from the {@link Answer}. */
    public HttpServletResponse response() {
        return response;
    }

    /** The path below the mount, as {@code /users/alice}. */
    public String path() {
        return path;
    }

    /** What the path says in place of {@code {name}}. */
    public String name(String name) {
        return Objects.requireNonNull(names.get(name), name);
    }

    /** A value of the query, or empty. */
    public String query(String name) {
        return Objects.requireNonNullElse(query.first(name), "");
    }

    /** All values of that name in the query. */
    public List<String> queries(String name) {
        return query.all(name);
    }

    /** A number of the query from {@code least} to {@code most}, or the default if it is missing or not one. */
    public long number(String name, long fallback, long least, long most) {
        try {
            long number = Long.parseLong(query(name));
            return number < least || number > most ? fallback : number;
        } catch (NumberFormatException e) {
            return fallback;
        }
    }

    /** A field of the form, or empty; line ends are single. */
    public String field(String name) {
        return Objects.requireNonNullElse(form.first(name), "").replace("\r\n", "\n");
    }

    /** All values of that field, as of check boxes. */
    public List<String> fields(String name) {
        return form.all(name);
    }

    /** Whether the form has that field: a check box that is ticked, the button that was pressed. */
    public boolean has(String name) {
        return form.first(name) != null;
    }

    /** The whole form, without the token. */
    public Map<String, List<String>> form() {
        return form.asMap();
    }

    /** Who asks. Only for routes that ask for a role. */
    public Principal principal() {
        return Objects.requireNonNull(principal, "the route asks for no role");
    }

    /** Who asks, or null if nobody has logged in. */
    public @Nullable Principal visitor() {
        return principal;
    }

    /**
     * Writes down what has been done, for those things that do not do so themselves.
     *
     * @param deed as {@code user.create}
     * @param subject to what
     * @param detail before and after, without secrets
     */
    public void audit(String deed, String subject, String detail) {
        guard.done(request, principal(), deed, subject, detail);
    }

    /** Whether a script on the page asks, which wants a part only. */
    public boolean wantsPart() {
        return "true".equals(request.getHeader("HX-Request"));
    }

    /** When it is. */
    public Instant now() {
        return now;
    }
}
