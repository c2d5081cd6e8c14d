// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.LogIn;
import io.anteroom.admin.access.Principal;
import io.anteroom.admin.access.Users;
import io.anteroom.admin.store.Role;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The first user, logging in and out, and who one is. */
final class SessionRoutes {
    static final String PASSWORD = "12 to 128 characters, 15 or more are better";

    private final Access access;

    SessionRoutes(Access access) {
        this.access = access;
    }

    /** A log-in. */
    record Credentials(
            @Field(max = 64) String user, @Field(max = 512) String password) {
        @Override
        public String toString() {
            return "Credentials[" + user + "]";
        }
    }

    /** The password again. */
    record Confirmation(@Field(max = 512) String password) {
        @Override
        public String toString() {
            return "Confirmation[]";
        }
    }

    /** A new password for oneself. */
    record NewPassword(
            @Field(value = "the one so far", max = 512) String current,
            @Field(value = PASSWORD, max = 512) String password) {
        @Override
        public String toString() {
            return "NewPassword[]";
        }
    }

    /** The first user. */
    record FirstUser(
            @Field(value = "what the file holds that the log names", max = 128)
            String token,

            @Field(pattern = Users.NAME, max = 64) String name,
            @Field(value = PASSWORD, max = 512) String password) {
        @Override
        public String toString() {
            return "FirstUser[" + name + "]";
        }
    }

    /** Who one is. */
    record Me(
            String user,
            String kind,
            Role role,
            List<String> scopes,

            @Field("to be sent as X-CSRF-Token with every change; null for tokens") @Nullable String csrfToken,

            @Field("whether users and tokens can be changed without giving the password again")
            boolean isFresh,

            Instant expiresAt) {}

    List<Route> routes() {
        return List.of(
                Route.open("POST", "/set-up", "Makes the first user, an admin, with the token of the first start.")
                        .takes(FirstUser.class)
                        .answers(201, Me.class)
                        .also(403)
                        .by(this::setUp),
                Route.open("POST", "/session", "Logs in: opens a session and sets its cookie.")
                        .takes(Credentials.class)
                        .answers(201, Me.class)
                        .also(401)
                        .by(this::logIn),
                Route.of("GET", "/session", "", Role.VIEWER, "Tells who one is, and the session's CSRF token.")
                        .answers(200, Me.class)
                        .by(call -> Reply.of(me(call.principal()))),
                Route.of("GET", "/me", "", Role.VIEWER, "Tells who one is.")
                        .answers(200, Me.class)
                        .by(call -> Reply.of(me(call.principal()))),
                Route.of("DELETE", "/session", "", Role.VIEWER, "Logs out: ends the session.")
                        .answersNothing()
                        .also(409)
                        .by(this::logOut),
                Route.of(
                                "POST",
                                "/session/confirm",
                                "",
                                Role.VIEWER,
                                "Gives the password again before a change of users or tokens.")
                        .takes(Confirmation.class)
                        .answersNothing()
                        .also(409)
                        .by(this::confirm),
                Route.of(
                                "POST",
                                "/me/password",
                                "",
                                Role.VIEWER,
                                "Changes one's own password, and ends all of one's sessions.")
                        .takes(NewPassword.class)
                        .answersNothing()
                        .also(409)
                        .by(this::changePassword));
    }

    static Me me(Principal principal) {
        return new Me(
                principal.user(),
                Json.word(principal.kind()),
                principal.role(),
                principal.scopes().stream().sorted().toList(),
                principal.csrf(),
                principal.isFresh(),
                principal.until());
    }

    private Reply setUp(Call call) {
        FirstUser body = call.body(FirstUser.class);
        try {
            switch (access.setUp(call.request(), body.token(), body.name(), body.password())) {
                case MADE -> {}
                case NO_TOKEN ->
                    throw new ApiProblem(
                            403,
                            "set_up_over",
                            "token: not the set-up token, or used already (expected: the one in the file that the log names)");
                case INSECURE -> throw insecure();
                case BUSY -> throw throttled(java.time.Duration.ofSeconds(5));
            }
        } catch (IllegalArgumentException e) {
            throw ApiProblem.invalid(String.valueOf(e.getMessage()));
        }
        return logIn(call, body.name(), body.password());
    }

    private Reply logIn(Call call) {
        Credentials body = call.body(Credentials.class);
        if (access.needsSetUp()) {
            throw new ApiProblem(503, "set_up_required", "there is no user yet (expected: POST set-up first)");
        }
        return logIn(call, body.user(), body.password());
    }

    private Reply logIn(Call call, String user, String password) {
        LogIn result = access.logIn(call.request(), user, password);
        if (result instanceof LogIn.Refused refused) {
            throw problem(refused);
        }
        LogIn.Opened opened = (LogIn.Opened) result;
        access.open(call.request(), call.response(), opened);
        return Reply.created(me(opened.principal()));
    }

    private static ApiProblem problem(LogIn.Refused refused) {
        return switch (refused.why()) {
            case WRONG ->
                new ApiProblem(401, "wrong_credentials", "user or password: not known (expected: both right)");
            case THROTTLED -> throttled(refused.retryAfter());
            case BUSY ->
                new ApiProblem(503, "busy", "too many log-ins at this moment").retryAfter(refused.retryAfter());
            case INSECURE -> insecure();
        };
    }

    private static ApiProblem throttled(java.time.Duration wait) {
        return new ApiProblem(429, "log_in_throttled", "too many wrong passwords before").retryAfter(wait);
    }

    private static ApiProblem insecure() {
        return new ApiProblem(
                403,
                "insecure_connection",
                "plain HTTP from another machine: a password would be readable on the way (expected: HTTPS, or loopback)");
    }

    private Principal session(Call call) {
        if (call.principal().kind() != Principal.Kind.SESSION) {
            throw ApiProblem.conflict("no_session", "a management token has no session (expected: a session)");
        }
        return call.principal();
    }

    private Reply logOut(Call call) {
        access.close(call.request(), call.response(), session(call));
        return Reply.nothing();
    }

    private Reply confirm(Call call) {
        LogIn result = access.confirm(
                call.request(), session(call), call.body(Confirmation.class).password());
        if (result instanceof LogIn.Refused refused) {
            throw refusedAgain(refused);
        }
        return Reply.nothing();
    }

    /** Not 401: the session is good, and a client must not take it for over. */
    private static ApiProblem refusedAgain(LogIn.Refused refused) {
        return refused.why() == LogIn.Why.WRONG
                ? new ApiProblem(403, "wrong_password", "password: wrong (expected: that of the user of the session)")
                : problem(refused);
    }

    private Reply changePassword(Call call) {
        NewPassword body = call.body(NewPassword.class);
        Principal principal = session(call);
        if (access.confirm(call.request(), principal, body.current()) instanceof LogIn.Refused refused) {
            throw refusedAgain(refused);
        }
        try {
            Users.Change change = access.users().change(principal.user(), null, null, body.password(), principal);
            if (change != Users.Change.DONE) {
                throw UserRoutes.problem(change);
            }
        } catch (IllegalArgumentException e) {
            throw ApiProblem.invalid(String.valueOf(e.getMessage()));
        }
        call.audit("user.password", principal.user(), "");
        return Reply.nothing();
    }
}
