// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.access;

import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.Tokens;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.store.StoredToken;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageModule;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.parts.Fields;
import io.anteroom.admin.web.parts.StateWord;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Tokens by which programs use the management API. */
final class TokenPages implements PageModule {
    private static final String SECTION = "tokens";
    private static final Duration SOON = Duration.ofDays(7);

    private final Access access;
    private final Again again;
    private final Supplier<? extends Collection<String>> areas;

    TokenPages(Access access, Supplier<? extends Collection<String>> areas) {
        this.access = access;
        this.again = new Again(access);
        this.areas = areas;
    }

    /** A row of the list. */
    record Row(StoredToken token, String scopes, StateWord state) {}

    /** The list. */
    record ListModel(List<Row> rows) {}

    /** An area that a token can be for. */
    record Scope(String id, boolean isChosen) {}

    /** The form. */
    record NewModel(Fields fields, List<Scope> scopes, String problem) {}

    /** A token that has just been made. */
    record MadeModel(String secret, StoredToken token, String scopes) {
        /** Never the secret. */
        @Override
        public String toString() {
            return "MadeModel[" + token.id() + "]";
        }
    }

    /** What would end. */
    record RevokeModel(StoredToken token, String scopes, Fields fields) {}

    @Override
    public void addTo(Site.Builder site) {
        site.get("/tokens", Role.ADMIN, this::list);
        site.post("/tokens", Role.ADMIN, this::make);
        site.get("/tokens/new", Role.ADMIN, request -> form(fields(request, "", "viewer", days()), Set.of(), "", 200));
        site.get("/tokens/{token}/revoke", Role.ADMIN, request -> revocation(request, find(request), null, 200));
        site.post("/tokens/{token}/revoke", Role.ADMIN, this::revoke);
    }

    private String days() {
        return Long.toString(access.settings().tokenLife().toDays());
    }

    private static String scopes(StoredToken token) {
        return token.scopes().isEmpty() ? "all" : String.join(", ", new TreeSet<>(token.scopes()));
    }

    private static StateWord state(StoredToken token, Instant now) {
        if (Words.isPast(token.expires(), now)) {
            return StateWord.idle("Expired");
        }
        return Words.isPast(token.expires().minus(SOON), now)
                ? StateWord.warn("Expires soon").withIcon("clock")
                : StateWord.ok("Counts");
    }

    private Answer list(PageRequest request) {
        List<Row> rows = access.tokens().all().stream()
                .map(token -> new Row(token, scopes(token), state(token, request.now())))
                .toList();
        return Answer.view("access/tokens", "Tokens", SECTION, new ListModel(rows));
    }

    private Fields fields(PageRequest request, String name, String role, String days) {
        List<Field.Option> roles = Words.roles().stream()
                .filter(option -> request.principal().role().covers(Words.role(option.value())))
                .toList();
        return Fields.of(again.with(
                request,
                Field.text("name", "Name")
                        .help("What it is for, so that others know whom to ask before they revoke it.")
                        .value(name)
                        .required()
                        .longest(128)
                        .first(),
                Field.radio("role", "Role", roles)
                        .help("Never more than you may yourself: if your role becomes less, so does the token's.")
                        .value(role),
                Field.number("days", "Counts for", "days")
                        .help("From 1 to 366.")
                        .between(1, 366)
                        .value(days)
                        .required()));
    }

    private Answer form(Fields fields, Set<String> chosen, String problem, int status) {
        List<Scope> scopes = new TreeSet<>(areas.get())
                .stream().map(area -> new Scope(area, chosen.contains(area))).toList();
        return Answer.view("access/token-new", "New token", SECTION, new NewModel(fields, scopes, problem))
                .withStatus(status);
    }

    private Answer make(PageRequest request) {
        String name = request.field("name").strip();
        Role role = Words.role(request.field("role"));
        Set<String> chosen = new TreeSet<>(request.fields("scope"));
        Fields fields = fields(request, name, role.word(), request.field("days"));
        long days = days(request.field("days"));
        if (days < 1) {
            return form(fields.withError("days", "A whole number from 1 to 366."), chosen, "", 422);
        }
        String wrong = again.problem(request);
        if (wrong != null) {
            return form(fields.withError(Again.FIELD, wrong), chosen, "", 422);
        }
        if (!areas.get().containsAll(chosen)) {
            return form(fields, Set.of(), "One of the areas does not exist. Choose again.", 422);
        }
        try {
            Tokens.Made made = access.tokens().make(name, role, chosen, Duration.ofDays(days), request.principal());
            return made == null
                    ? form(fields, chosen, "There are as many tokens as there may be. Revoke some first.", 409)
                    : made(request, made);
        } catch (IllegalArgumentException e) {
            return form(fields.withError(Words.field(e, "name"), Words.atField(e)), chosen, "", 422);
        }
    }

    private static long days(String text) {
        try {
            long days = Long.parseLong(text.strip());
            return days > 366 ? 0 : days;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Not by a redirect: the secret is in this answer, and nowhere else. */
    private static Answer made(PageRequest request, Tokens.Made made) {
        StoredToken token = made.stored();
        request.audit(
                "token.create",
                token.id() + " " + token.name(),
                "role: " + token.role().word() + ", scopes: " + scopes(token) + ", until " + token.expires());
        return Answer.view(
                "access/token-made", "New token", SECTION, new MadeModel(made.secret(), token, scopes(token)));
    }

    private StoredToken find(PageRequest request) {
        StoredToken token = access.tokens().find(request.name("token"));
        if (token == null) {
            throw PageException.notFound("There is no such token, or it has been revoked.");
        }
        return token;
    }

    private Answer revocation(PageRequest request, StoredToken token, @Nullable String wrong, int status) {
        Fields fields = Fields.of(again.with(request));
        Fields shown = wrong == null ? fields : fields.withError(Again.FIELD, wrong);
        return Answer.view(
                        "access/token-revoke", "Revoke a token", SECTION, new RevokeModel(token, scopes(token), shown))
                .withStatus(status);
    }

    private Answer revoke(PageRequest request) {
        StoredToken token = find(request);
        String wrong = again.problem(request);
        if (wrong != null) {
            return revocation(request, token, wrong, 422);
        }
        if (!access.tokens().revoke(token.id())) {
            throw PageException.notFound("The token has been revoked meanwhile.");
        }
        request.audit("token.revoke", token.id() + " " + token.name(), "");
        return Answer.done("/tokens", "The token " + token.name() + " does not count any more.");
    }
}
