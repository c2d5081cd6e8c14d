// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.access;

import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.LogIn;
import io.anteroom.admin.access.Principal;
import io.anteroom.admin.access.Users;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.store.User;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageModule;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.parts.Fields;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What somebody can do about themselves. */
final class AccountPages implements PageModule {
    private static final int SHOWN_OF_HASH = 16;

    private final Access access;

    AccountPages(Access access) {
        this.access = access;
    }

    /**
     * A session of one's own.
     *
     * @param id the beginning of its hash, which tells it apart
     */
    record Session(String id, boolean isThis, Instant since, Instant lastSeen, String address) {}

    /** Oneself. */
    record Model(
            Principal me,
            @Nullable User user,
            Fields fields,
            List<Session> sessions,
            Duration idle,
            Duration longest) {}

    @Override
    public void addTo(Site.Builder site) {
        site.get("/account", Role.VIEWER, request -> show(request, fields(), 200));
        site.post("/account/password", Role.VIEWER, this::changePassword);
        site.get(
                "/account/end",
                Role.VIEWER,
                request ->
                        Answer.view("access/account-end", "End all my sessions", "account", model(request, fields())));
        site.post("/account/end", Role.VIEWER, this::endSessions);
        site.post("/account/end-others", Role.VIEWER, this::endOthers);
        site.post("/account/sessions/{session}/end", Role.VIEWER, this::endOne);
    }

    private static Fields fields() {
        return Fields.of(
                Field.password("current", "Current password", "current-password"),
                Field.password("password", "New password", "new-password").help(Words.PASSWORD_HELP),
                Field.password("again", "New password again", "new-password"));
    }

    private Model model(PageRequest request, Fields fields) {
        Principal me = request.principal();
        return new Model(
                me,
                access.users().find(me.user()),
                fields,
                sessions(me),
                access.settings().idle(),
                access.settings().longest());
    }

    private List<Session> sessions(Principal me) {
        return access.sessions().of(me).stream()
                .map(session -> new Session(
                        session.hash().substring(0, SHOWN_OF_HASH),
                        session.hash().equals(me.id()),
                        session.created(),
                        session.lastSeen(),
                        session.address()))
                .toList();
    }

    private Answer show(PageRequest request, Fields fields, int status) {
        return Answer.view("access/account", "My account", "account", model(request, fields))
                .withStatus(status);
    }

    private Answer changePassword(PageRequest request) {
        Principal me = request.principal();
        String password = request.field("password");
        if (!password.equals(request.field("again"))) {
            return show(request, fields().withError("again", "This is not the same password."), 422);
        }
        if (access.confirm(request.http(), me, request.field("current")) instanceof LogIn.Refused refused) {
            String problem = refused.why() == LogIn.Why.WRONG ? "This is not your password." : Words.refusal(refused);
            return show(request, fields().withError("current", problem), 422);
        }
        try {
            done(access.users().change(me.user(), null, null, password, me));
        } catch (IllegalArgumentException e) {
            return show(request, fields().withError("password", Words.atField(e)), 422);
        }
        request.audit("user.password", me.user(), "");
        return Answer.redirect("/login?said=password");
    }

    private Answer endSessions(PageRequest request) {
        Principal me = request.principal();
        // Whoever is put in place of itself keeps everything but its sessions.
        done(access.users().change(me.user(), null, null, null, me));
        request.audit("session.end-all", me.user(), "");
        return Answer.redirect("/login?said=everywhere");
    }

    private Answer endOthers(PageRequest request) {
        access.sessions().endOthers(request.http(), request.principal());
        return Answer.done("/account", "Your other sessions have ended; this one goes on.");
    }

    private Answer endOne(PageRequest request) {
        if (!access.sessions().end(request.http(), request.principal(), request.name("session"))) {
            return Answer.failed("/account", "That session was over before.");
        }
        return Answer.done("/account", "That session has ended: whoever used it has to log in again.");
    }

    private static void done(Users.Change change) {
        if (change != Users.Change.DONE) {
            throw PageException.conflict(Words.problem(change));
        }
    }
}
