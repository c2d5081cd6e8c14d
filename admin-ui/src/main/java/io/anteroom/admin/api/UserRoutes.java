// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.Tokens;
import io.anteroom.admin.access.Users;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.store.StoredToken;
import io.anteroom.admin.store.User;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Users and management tokens. */
final class UserRoutes {
    private static final String USERS = "users";
    private static final String TOKENS = "tokens";
    static final String ROLES = "viewer, operator or admin";

    private final Access access;
    private final Supplier<Set<String>> areas;

    /**
     * Routes over an access.
     *
     * @param areas what scopes may name
     */
    UserRoutes(Access access, Supplier<Set<String>> areas) {
        this.access = access;
        this.areas = areas;
    }

    /** A user as it is shown. */
    record UserView(
            String name,
            Role role,
            boolean disabled,
            Instant createdAt,
            @Nullable Instant lastLoginAt) {
        static UserView of(User user) {
            return new UserView(user.name(), user.role(), user.isDisabled(), user.created(), user.lastLogin());
        }
    }

    /** All users. */
    record UserList(List<UserView> users) {}

    /** A new user. */
    record NewUser(
            @Field(pattern = Users.NAME, max = 64) String name,

            @Field(
                    value = ROLES,
                    oneOf = {"viewer", "operator", "admin"})
            String role,

            @Field(value = "12 to 128 characters", max = 512)
            String password) {
        @Override
        public String toString() {
            return "NewUser[" + name + "]";
        }
    }

    /** What to change of a user; what is left out stays. */
    record UserChange(
            @Field(
                    value = ROLES,
                    oneOf = {"viewer", "operator", "admin"})
            @Nullable String role,

            @Nullable Boolean disabled,

            @Field(value = "12 to 128 characters", max = 512) @Nullable String password) {
        @Override
        public String toString() {
            return "UserChange[" + role + ", " + disabled + "]";
        }
    }

    /** A token as it is shown. */
    record TokenView(
            String id,
            String name,
            @Field("its beginning") String prefix,
            Role role,
            @Field("empty for all areas") List<String> scopes,

            @Field("the user who made it; it may never do more than that user may now")
            String maker,

            Instant createdAt,
            Instant expiresAt,
            @Nullable Instant lastUsedAt) {
        static TokenView of(StoredToken token) {
            return new TokenView(
                    token.id(),
                    token.name(),
                    token.prefix(),
                    token.role(),
                    List.copyOf(new TreeSet<>(token.scopes())),
                    token.maker(),
                    token.created(),
                    token.expires(),
                    token.lastUsed());
        }
    }

    /** Tokens, the newest first. */
    record TokenList(List<TokenView> tokens, @Nullable String nextCursor) {}

    /** A new token. */
    record NewToken(
            @Field(min = 1, max = 128) String name,

            @Field(
                    value = ROLES,
                    oneOf = {"viewer", "operator", "admin"})
            String role,

            @Field(value = "the areas that it is for; all if left out", max = 32) @Nullable List<String> scopes,

            @Field(value = "90 if left out", min = 1, max = 366) @Nullable Integer expiresInDays) {}

    /** A token that has just been made. */
    record MadeToken(@Field("shown once") String token, TokenView details) {
        @Override
        public String toString() {
            return "MadeToken[" + details.id() + "]";
        }
    }

    List<Route> routes() {
        return List.of(
                Route.of("GET", "/users", USERS, Role.ADMIN, "Lists the users.")
                        .answers(200, UserList.class)
                        .by(call -> Reply.of(new UserList(
                                access.users().all().stream().map(UserView::of).toList()))),
                Route.of("POST", "/users", USERS, Role.ADMIN, "Adds a user.")
                        .takes(NewUser.class)
                        .answers(201, UserView.class)
                        .also(409)
                        .fresh()
                        .forAllAreas()
                        .by(this::add),
                Route.of("GET", "/users/{user}", USERS, Role.ADMIN, "Shows a user.")
                        .answers(200, UserView.class)
                        .by(call -> Reply.of(UserView.of(find(call.name("user"))))),
                Route.of("PATCH", "/users/{user}", USERS, Role.ADMIN, "Changes a user, and ends its sessions.")
                        .takes(UserChange.class)
                        .answers(200, UserView.class)
                        .also(409)
                        .fresh()
                        .forAllAreas()
                        .by(this::change),
                Route.of("DELETE", "/users/{user}", USERS, Role.ADMIN, "Removes a user with its sessions and tokens.")
                        .answersNothing()
                        .also(409)
                        .fresh()
                        .by(this::remove),
                Route.of("GET", "/tokens", TOKENS, Role.ADMIN, "Lists the management tokens, newest first.")
                        .paged()
                        .answers(200, TokenList.class)
                        .by(this::tokens),
                Route.of("POST", "/tokens", TOKENS, Role.ADMIN, "Makes a management token, and shows it once.")
                        .takes(NewToken.class)
                        .answers(201, MadeToken.class)
                        .also(409)
                        .fresh()
                        .by(this::make),
                Route.of("DELETE", "/tokens/{token}", TOKENS, Role.ADMIN, "Revokes a management token.")
                        .answersNothing()
                        .fresh()
                        .by(this::revoke));
    }

    private User find(String name) {
        User user = access.users().find(name);
        if (user == null) {
            throw problem(Users.Change.MISSING);
        }
        return user;
    }

    static ApiProblem problem(Users.Change change) {
        return switch (change) {
            case DONE -> throw new IllegalStateException("nothing is wrong");
            case MISSING -> ApiProblem.missing("user: unknown");
            case TAKEN -> ApiProblem.conflict("user_exists", "name: taken, or as many users as there may be");
            case LAST_ADMIN ->
                ApiProblem.conflict("last_admin", "no enabled admin would be left (expected: another one)");
            case ONESELF ->
                ApiProblem.conflict("oneself", "nobody changes its own role, or disables or removes itself");
            case MEANWHILE ->
                ApiProblem.conflict(
                        "user_changed", "user: changed by somebody else meanwhile (expected: read it again first)");
            case BUSY ->
                new ApiProblem(503, "busy", "too many passwords are hashed at this moment")
                        .retryAfter(Duration.ofSeconds(2));
        };
    }

    private static Role role(String word) {
        return Role.valueOf(word.toUpperCase(java.util.Locale.ROOT));
    }

    private static void done(Users.Change change) {
        if (change != Users.Change.DONE) {
            throw problem(change);
        }
    }

    private Reply add(Call call) {
        NewUser body = call.body(NewUser.class);
        try {
            done(access.users().add(body.name(), role(body.role()), body.password()));
        } catch (IllegalArgumentException e) {
            throw ApiProblem.invalid(String.valueOf(e.getMessage()));
        }
        call.audit("user.create", body.name(), "role: " + body.role());
        return Reply.created(UserView.of(find(body.name())));
    }

    private Reply change(Call call) {
        UserChange body = call.body(UserChange.class);
        User before = find(call.name("user"));
        String wanted = body.role();
        try {
            done(access.users()
                    .change(
                            before.name(),
                            wanted == null ? null : role(wanted),
                            body.disabled(),
                            body.password(),
                            call.principal()));
        } catch (IllegalArgumentException e) {
            throw ApiProblem.invalid(String.valueOf(e.getMessage()));
        }
        User after = find(before.name());
        String password = body.password() == null ? "" : ", new password";
        call.audit("user.change", before.name(), before + " → " + after + password);
        return Reply.of(UserView.of(after));
    }

    private Reply remove(Call call) {
        done(access.users().remove(call.name("user"), call.principal()));
        call.audit("user.remove", call.name("user"), "");
        return Reply.nothing();
    }

    private Reply tokens(Call call) {
        Predicate<StoredToken> isAfter = after(call.query("cursor"));
        int limit = call.limit();
        List<StoredToken> page =
                access.tokens().all().stream().filter(isAfter).limit(limit).toList();
        StoredToken last = page.size() < limit ? null : page.get(limit - 1);
        return Reply.of(new TokenList(
                page.stream().map(TokenView::of).toList(),
                last == null ? null : last.created().toEpochMilli() + ":" + last.id()));
    }

    /** What follows in the order of the list, also if the one that the cursor stands for is revoked meanwhile. */
    private static Predicate<StoredToken> after(@Nullable String cursor) {
        if (cursor == null) {
            return token -> true;
        }
        if (!cursor.matches("[0-9]{1,15}:.+")) {
            throw ApiProblem.invalid("cursor: " + Text.shown(cursor) + " (expected: next_cursor of the page before)");
        }
        int end = cursor.indexOf(':');
        Instant at = Instant.ofEpochMilli(Long.parseLong(cursor.substring(0, end)));
        String id = cursor.substring(end + 1);
        return token -> token.created().isBefore(at)
                || (token.created().equals(at) && token.id().compareTo(id) > 0);
    }

    private Reply make(Call call) {
        NewToken body = call.body(NewToken.class);
        List<String> scopes = body.scopes();
        Set<String> wanted = scopes == null ? Set.of() : new TreeSet<>(scopes);
        if (!areas.get().containsAll(wanted)) {
            throw ApiProblem.invalid("scopes: unknown (expected: some of " + String.join(", ", areas.get()) + ")");
        }
        Integer days = body.expiresInDays();
        Tokens.Made made;
        try {
            made = access.tokens()
                    .make(
                            body.name(),
                            role(body.role()),
                            wanted,
                            days == null ? null : Duration.ofDays(days),
                            call.principal());
        } catch (IllegalArgumentException e) {
            throw ApiProblem.invalid(String.valueOf(e.getMessage()));
        }
        if (made == null) {
            throw ApiProblem.conflict(
                    "too_many_tokens", "as many tokens as there may be (expected: revoke some first)");
        }
        StoredToken stored = made.stored();
        call.audit(
                "token.create",
                stored.id() + " " + stored.name(),
                "role: " + body.role() + ", scopes: " + (wanted.isEmpty() ? "all" : wanted) + ", until "
                        + stored.expires());
        return Reply.created(new MadeToken(made.secret(), TokenView.of(stored)));
    }

    private Reply revoke(Call call) {
        if (!access.tokens().revoke(call.name("token"))) {
            throw ApiProblem.missing("token: unknown");
        }
        call.audit("token.revoke", call.name("token"), "");
        return Reply.nothing();
    }
}
