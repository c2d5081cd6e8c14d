// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.access;

import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.Users;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.store.User;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageModule;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.parts.Fields;
import io.anteroom.admin.web.parts.StateWord;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Who can log in, and what they may do. */
final class UserPages implements PageModule {
    private static final String SECTION = "users";

    private final Access access;
    private final Again again;

    UserPages(Access access) {
        this.access = access;
        this.again = new Again(access);
    }

    /** A row of the list. */
    record Row(User user, StateWord state, boolean isOneself) {}

    /** The list. */
    record ListModel(List<Row> rows) {}

    /** A form about a new user. */
    record NewModel(Fields fields, String problem) {}

    /**
     * One user.
     *
     * @param base how the user stood when the fields were filled in
     */
    record UserModel(
            User user,
            StateWord state,
            boolean isOneself,
            Fields fields,
            Users.Standing base,
            long tokens,
            String problem) {}

    /** A new password for one. */
    record PasswordModel(User user, Fields fields, String problem) {}

    /** What would go with a user. */
    record RemoveModel(User user, Fields fields, long tokens, String problem) {}

    @Override
    public void addTo(Site.Builder site) {
        site.get("/users", Role.ADMIN, this::list);
        site.post("/users", Role.ADMIN, this::add);
        site.get("/users/new", Role.ADMIN, request -> newForm(newFields(request, "", "viewer"), "", 200));
        site.get("/users/{user}", Role.ADMIN, request -> {
            User user = find(request);
            Users.Standing base = Users.Standing.of(user);
            return show(request, user, standing(request, user, base), base, "", 200);
        });
        site.get("/users/{user}/password", Role.ADMIN, request -> resetForm(find(request), password(request), "", 200));
        site.post("/users/{user}", Role.ADMIN, this::change);
        site.post("/users/{user}/password", Role.ADMIN, this::reset);
        site.get("/users/{user}/remove", Role.ADMIN, request -> removal(request, find(request), null, "", 200));
        site.post("/users/{user}/remove", Role.ADMIN, this::remove);
    }

    private static StateWord state(User user) {
        return user.isDisabled() ? StateWord.idle("Disabled") : StateWord.ok("Can log in");
    }

    private static String path(User user) {
        return "/users/" + Urls.encode(user.name());
    }

    private User find(PageRequest request) {
        User user = access.users().find(request.name("user"));
        if (user == null) {
            throw PageException.notFound("There is no user of that name.");
        }
        return user;
    }

    private static boolean isOneself(PageRequest request, User user) {
        return request.principal().user().equals(user.name());
    }

    private Answer list(PageRequest request) {
        List<Row> rows = access.users().all().stream()
                .map(user -> new Row(user, state(user), isOneself(request, user)))
                .toList();
        return Answer.view("access/users", "Users", SECTION, new ListModel(rows));
    }

    private Fields newFields(PageRequest request, String name, String role) {
        return Fields.of(again.with(
                request,
                Field.text("name", "User name")
                        .help("Letters, digits, . _ @ and - ; it cannot be changed later, as the audit log names it.")
                        .value(name)
                        .required()
                        .longest(64)
                        .first(),
                Field.radio("role", "Role", Words.roles()).value(role),
                Field.password("password", "Password", "new-password")
                        .help(Words.PASSWORD_HELP + " Tell it to them on a safe way; they can change it themselves.")));
    }

    private static Answer newForm(Fields fields, String problem, int status) {
        return Answer.view("access/user-new", "New user", SECTION, new NewModel(fields, problem))
                .withStatus(status);
    }

    private Answer add(PageRequest request) {
        String name = request.field("name").strip();
        Role role = Words.role(request.field("role"));
        Fields fields = newFields(request, name, role.word());
        String wrong = again.problem(request);
        if (wrong != null) {
            return newForm(fields.withError(Again.FIELD, wrong), "", 422);
        }
        try {
            Users.Change change = access.users().add(name, role, request.field("password"));
            if (change == Users.Change.TAKEN) {
                return newForm(fields.withError("name", Words.problem(change)), "", 422);
            }
            if (change != Users.Change.DONE) {
                return newForm(fields, Words.problem(change), 503);
            }
        } catch (IllegalArgumentException e) {
            return newForm(fields.withError(Words.field(e, "name"), Words.atField(e)), "", 422);
        }
        request.audit("user.create", name, "role: " + role.word());
        return Answer.done("/users", "The user " + name + " can log in now, as " + role.word() + ".");
    }

    private Fields standing(PageRequest request, User user, Users.Standing shown) {
        boolean isOneself = isOneself(request, user);
        return Fields.of(again.with(
                request,
                Field.radio("role", "Role", Words.roles())
                        .value(shown.role().word())
                        .locked(isOneself),
                Field.checkbox("disabled", "Disabled")
                        .help("Cannot log in; sessions end, and tokens do not count while it is so.")
                        .ticked(shown.isDisabled())
                        .locked(isOneself)));
    }

    private Fields password(PageRequest request) {
        return Fields.of(again.with(
                request,
                Field.password("password", "New password", "new-password").help(Words.PASSWORD_HELP)));
    }

    private long tokens(User user) {
        return access.tokens().all().stream()
                .filter(token -> token.maker().equals(user.name()))
                .count();
    }

    private Answer show(
            PageRequest request, User user, Fields fields, Users.Standing base, String problem, int status) {
        UserModel model =
                new UserModel(user, state(user), isOneself(request, user), fields, base, tokens(user), problem);
        return Answer.view("access/user", user.name(), SECTION, model).withStatus(status);
    }

    private Answer change(PageRequest request) {
        User user = find(request);
        Users.Standing base = base(request);
        Users.Standing wanted = new Users.Standing(Words.role(request.field("role")), request.has("disabled"));
        Fields fields = standing(request, user, wanted);
        String wrong = again.problem(request);
        if (wrong != null) {
            return show(request, user, fields.withError(Again.FIELD, wrong), base, "", 422);
        }
        Users.Change change = access.users().stand(user.name(), base, wanted, request.principal());
        if (change == Users.Change.MEANWHILE) {
            return meanwhile(request, base, wanted);
        }
        if (change != Users.Change.DONE) {
            return show(request, user, fields, base, Words.problem(change), 409);
        }
        request.audit("user.change", user.name(), Words.standing(base) + " → " + Words.standing(wanted));
        return Answer.done(
                path(user),
                user.name() + " is " + Words.standing(wanted).replace(", ", ", and ")
                        + ". Sessions that were open have ended.");
    }

    /** How the user stood when the form was shown. */
    private static Users.Standing base(PageRequest request) {
        String role = request.field("was_role");
        if (role.isEmpty()) {
            throw PageException.badRequest(
                    "The form does not say how the user stood when it was shown. Nothing has been"
                            + " changed. Load the page again, and send it from there.");
        }
        return new Users.Standing(
                Words.role(role), request.field("was_disabled").equals("true"));
    }

    /** The form again: what was changed in it stays, and the rest is as it is now. */
    private Answer meanwhile(PageRequest request, Users.Standing base, Users.Standing wanted) {
        User user = find(request);
        Users.Standing now = Users.Standing.of(user);
        Users.Standing both = new Users.Standing(
                wanted.role() == base.role() ? now.role() : wanted.role(),
                wanted.isDisabled() == base.isDisabled() ? now.isDisabled() : wanted.isDisabled());
        return show(request, user, standing(request, user, both), now, Words.meanwhile(user.name(), base, now), 409);
    }

    private static Answer resetForm(User user, Fields fields, String problem, int status) {
        return Answer.view(
                        "access/user-password",
                        "New password of " + user.name(),
                        SECTION,
                        new PasswordModel(user, fields, problem))
                .withStatus(status);
    }

    private Answer reset(PageRequest request) {
        User user = find(request);
        Fields fields = password(request);
        String wrong = again.problem(request);
        if (wrong != null) {
            return resetForm(user, fields.withError(Again.FIELD, wrong), "", 422);
        }
        try {
            Users.Change change =
                    access.users().change(user.name(), null, null, request.field("password"), request.principal());
            if (change != Users.Change.DONE) {
                return resetForm(user, fields, Words.problem(change), 409);
            }
        } catch (IllegalArgumentException e) {
            return resetForm(user, fields.withError("password", Words.atField(e)), "", 422);
        }
        request.audit("user.change", user.name(), "new password");
        return Answer.done(
                path(user), "The password of " + user.name() + " is changed. Sessions that were open have ended.");
    }

    private Answer removal(PageRequest request, User user, @Nullable String wrong, String problem, int status) {
        Fields fields = Fields.of(again.with(request));
        Fields shown = wrong == null ? fields : fields.withError(Again.FIELD, wrong);
        return Answer.view(
                        "access/user-remove",
                        "Remove " + user.name(),
                        SECTION,
                        new RemoveModel(user, shown, tokens(user), problem))
                .withStatus(status);
    }

    private Answer remove(PageRequest request) {
        User user = find(request);
        String wrong = again.problem(request);
        if (wrong != null) {
            return removal(request, user, wrong, "", 422);
        }
        Users.Change change = access.users().remove(user.name(), request.principal());
        if (change != Users.Change.DONE) {
            return removal(request, user, null, Words.problem(change), 409);
        }
        request.audit("user.remove", user.name(), "");
        return Answer.done("/users", "The user " + user.name() + " is removed, with sessions and tokens.");
    }
}
