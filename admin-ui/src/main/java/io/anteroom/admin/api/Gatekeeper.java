// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.Authentication;
import io.anteroom.admin.access.Principal;
import io.anteroom.admin.access.Source;
import io.anteroom.admin.access.Strangers;
import io.anteroom.admin.store.AuditEntry.Outcome;
import io.anteroom.admin.store.Role;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Lets a call through to its route, or says why not. What is denied is written down. Safe from any thread. */
final class Gatekeeper {
    private static final String DENIED = "access.denied";

    private static final Duration BUSY_FOR = Duration.ofSeconds(1);

    private final Access access;
    private final Strangers strangers = new Strangers();

    Gatekeeper(Access access) {
        this.access = access;
    }

    Reply pass(String id, RouteTable.Match match, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        Route route = match.route();
        Source source = access.source(request);
        if (!access.isOwnOrigin(request)) {
            access.auditor().addStranger("", source, DENIED, route + ": page of another site", Outcome.DENIED);
            throw new ApiProblem(403, "foreign_origin", "origin: another site (expected: this server's own pages)");
        }
        Principal principal = principal(route, request, source);
        Map<String, String> query = Queries.read(route, request);
        Object body = principal == null ? bodyOfStranger(route, request, source) : Bodies.read(route, request);
        Call call = new Call(id, request, response, access, principal, match.names(), query, body);
        if (principal == null) {
            return route.handler().handle(call);
        }
        try {
            return access.auditor().origin(principal, source).during(() -> handle(route, call));
        } catch (Broken e) {
            throw e.why;
        }
    }

    /** Carries an error of the connection, which is no fault of the server, through what can throw none. */
    private static final class Broken extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final IOException why;

        Broken(IOException why) {
            super(why);
            this.why = why;
        }
    }

    private @Nullable Object bodyOfStranger(Route route, HttpServletRequest request, Source source) throws IOException {
        if (!strangers.enter(source.address())) {
            throw new ApiProblem(503, "busy", "too many are sending who have not logged in").retryAfter(BUSY_FOR);
        }
        try {
            return Bodies.read(route, request);
        } finally {
            strangers.leave(source.address());
        }
    }

    private static Reply handle(Route route, Call call) {
        try {
            return route.handler().handle(call);
        } catch (IOException e) {
            throw new Broken(e);
        }
    }

    private @Nullable Principal principal(Route route, HttpServletRequest request, Source source) {
        Role needed = route.role();
        if (needed == null) {
            limit(null, source);
            return null;
        }
        if (access.needsSetUp()) {
            throw new ApiProblem(
                    503,
                    "set_up_required",
                    "there is no user yet (expected: POST set-up with the token in the file that the log names)");
        }
        boolean isUse = !route.path().equals("/stream");
        Authentication authentication = access.authenticate(request, isUse);
        if (authentication instanceof Authentication.Known known) {
            Principal principal = known.principal();
            limit(principal, source);
            check(route, needed, principal, request, source);
            return principal;
        }
        String why = ((Authentication.Nobody) authentication).why();
        limit(null, source);
        access.auditor().addStranger("", source, DENIED, route + ": not known", Outcome.DENIED);
        throw new ApiProblem(401, "not_authenticated", why).withHeader("WWW-Authenticate", "Bearer");
    }

    private void limit(@Nullable Principal principal, Source source) {
        Duration wait = access.take(principal, source);
        if (!wait.isZero()) {
            throw new ApiProblem(429, "rate_limited", "too many calls in a minute").retryAfter(wait);
        }
    }

    private void check(Route route, Role needed, Principal principal, HttpServletRequest request, Source source) {
        if (!principal.may(needed, route.area())) {
            String why = principal.role().covers(needed)
                    ? "scope " + route.area() + " is not the token's"
                    : "role " + principal.role().word() + " (expected: " + needed.word() + ")";
            deny(principal, source, route, why);
            throw new ApiProblem(403, "forbidden", why).with("needed_role", needed.word());
        }
        if (route.needsAllAreas() && !principal.scopes().isEmpty()) {
            String why = "a token with scopes changes no users, who may do more than it (expected: a session, or a"
                    + " token without scopes)";
            deny(principal, source, route, why);
            throw new ApiProblem(403, "forbidden", why).with("needed_role", needed.word());
        }
        if (!access.hasCsrf(request, principal)) {
            deny(principal, source, route, "no CSRF token");
            throw new ApiProblem(
                    403,
                    "csrf_token_missing",
                    "X-CSRF-Token: missing or not the session's (expected: that of GET session)");
        }
        if (route.needsFresh() && !principal.isFresh()) {
            throw new ApiProblem(
                    403,
                    "password_needed",
                    "the password was given a while ago (expected: POST session/confirm first)");
        }
    }

    private void deny(Principal principal, Source source, Route route, String why) {
        access.auditor().add(principal, source, DENIED, route.toString().toLowerCase(Locale.ROOT), why, Outcome.DENIED);
    }
}
