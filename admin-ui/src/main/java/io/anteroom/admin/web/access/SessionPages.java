// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.access;

import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.LogIn;
import io.anteroom.admin.access.Source;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageModule;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Route;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.parts.Fields;

/** The first user, log-in, log-out. */
final class SessionPages implements PageModule {
    private static final int FORM_BYTES = 8 << 10;

    private final Access access;

    SessionPages(Access access) {
        this.access = access;
    }

    /** A page before anybody has logged in. */
    record Model(Fields fields, String problem, String said, String to, boolean isInsecure) {}

    @Override
    public void addTo(Site.Builder site) {
        site.route(new Route("GET", "/setup", null, 0, this::showSetUp));
        site.route(new Route("POST", "/setup", null, FORM_BYTES, this::setUp));
        site.route(new Route("GET", "/login", null, 0, this::showLogIn));
        site.route(new Route("POST", "/login", null, FORM_BYTES, this::logIn));
        site.post("/logout", Role.VIEWER, this::logOut);
    }

    /** Whether a password would go over the network in clear. */
    private boolean isInsecure(PageRequest request) {
        Source source = access.source(request.http());
        return !source.isSecure() && !source.isLocal() && !access.settings().allowsInsecureHttp();
    }

    private Answer showSetUp(PageRequest request) {
        return access.needsSetUp() ? setUpForm(request, setUpFields("", ""), "", 200) : Answer.redirect("/login");
    }

    private static Fields setUpFields(String token, String name) {
        return Fields.of(
                Field.text("token", "Set-up token")
                        .help("It is in a file on the server that only its owner can read; the server's log names the"
                                + " file. It counts once, for 24 hours.")
                        .value(token)
                        .required()
                        .longest(200)
                        .first(),
                Field.text("name", "User name")
                        .help("Of the first admin. Letters, digits, . _ @ and -")
                        .value(name)
                        .required()
                        .longest(64)
                        .autocomplete("username"),
                Field.password("password", "Password", "new-password").help(Words.PASSWORD_HELP),
                Field.password("again", "Password again", "new-password"));
    }

    private Answer setUpForm(PageRequest request, Fields fields, String problem, int status) {
        Model model = new Model(fields, problem, "", "", isInsecure(request));
        return Answer.view("access/setup", "Set up", "", model).withStatus(status);
    }

    private Answer setUp(PageRequest request) {
        if (!access.needsSetUp()) {
            return Answer.redirect("/login");
        }
        String name = request.field("name").strip();
        String password = request.field("password");
        Fields fields = setUpFields(request.field("token").strip(), name);
        if (!password.equals(request.field("again"))) {
            return setUpForm(request, fields.withError("again", "This is not the same password."), "", 422);
        }
        try {
            Access.FirstUser made =
                    access.setUp(request.http(), request.field("token").strip(), name, password);
            return switch (made) {
                case MADE -> logIn(request, name, password, "/");
                case NO_TOKEN ->
                    setUpForm(
                            request,
                            fields.withError(
                                    "token",
                                    "This is not the set-up token, or it has been used. The newest one is in the file"
                                            + " that the log names last."),
                            "",
                            403);
                case INSECURE -> setUpForm(request, fields, "", 403);
                case BUSY -> setUpForm(request, fields, "Too many tries. Try again in a minute.", 429);
            };
        } catch (IllegalArgumentException e) {
            return setUpForm(request, fields.withError(Words.field(e, "password"), Words.atField(e)), "", 422);
        }
    }

    private static Fields logInFields(String name) {
        Field user = Field.text("name", "User name")
                .value(name)
                .required()
                .longest(64)
                .autocomplete("username");
        return Fields.of(
                name.isEmpty() ? user.first() : user, Field.password("password", "Password", "current-password"));
    }

    private Answer showLogIn(PageRequest request) {
        String to = Urls.ours(request.query("to"));
        if (request.visitor() != null) {
            return Answer.redirect(to);
        }
        String said = switch (request.query("said")) {
            case "out" -> "You are logged out.";
            case "everywhere" -> "All your sessions have ended. Log in with your password.";
            case "password" -> "Your password is changed, and all your sessions have ended. Log in with the new one.";
            default -> "";
        };
        return logInForm(request, logInFields(""), "", said, to, 200);
    }

    private Answer logInForm(PageRequest request, Fields fields, String problem, String said, String to, int status) {
        Model model = new Model(fields, problem, said, to, isInsecure(request));
        return Answer.view("access/login", "Log in", "", model).withStatus(status);
    }

    private Answer logIn(PageRequest request) {
        String to = Urls.ours(request.field("to"));
        return logIn(request, request.field("name").strip(), request.field("password"), to);
    }

    private Answer logIn(PageRequest request, String name, String password, String to) {
        LogIn result = access.logIn(request.http(), name, password);
        if (result instanceof LogIn.Opened opened) {
            access.open(request.http(), request.response(), opened);
            return Answer.redirect(to);
        }
        LogIn.Refused refused = (LogIn.Refused) result;
        if (!refused.retryAfter().isZero()) {
            long seconds = refused.retryAfter().plusMillis(999).toSeconds();
            request.response().setHeader("Retry-After", Long.toString(seconds));
        }
        return logInForm(request, logInFields(name), Words.refusal(refused), "", to, Words.status(refused));
    }

    private Answer logOut(PageRequest request) {
        access.close(request.http(), request.response(), request.principal());
        return Answer.redirect("/login?said=out");
    }
}
