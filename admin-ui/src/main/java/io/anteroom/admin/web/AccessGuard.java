// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.access.Access;
import io.anteroom.admin.access.Authentication;
import io.anteroom.admin.access.Principal;
import io.anteroom.admin.access.RequestCopy;
import io.anteroom.admin.access.Source;
import io.anteroom.admin.store.AuditEntry.Outcome;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The guard of the administration itself: users, sessions, CSRF tokens, hosts, rates. Safe from any thread. */
public final class AccessGuard implements Guard {
    private static final String DENIED = "access.denied";

    private final Access access;

    /** Guards by users and sessions. */
    public AccessGuard(Access access) {
        this.access = access;
    }

    @Override
    public void admit(HttpServletRequest request) {
        if (!access.isForUs(request)) {
            throw PageException.of(
                    421,
                    "Not for this server",
                    "The address in the browser is not a name of this server. Whoever runs it can add the name to"
                            + " the allowed hosts.");
        }
    }

    @Override
    public Source source(HttpServletRequest request) {
        return access.source(request);
    }

    @Override
    public @Nullable Principal principal(HttpServletRequest request) {
        boolean isUse = request.getHeader(WATCH) == null && !isStream(request);
        Principal principal = access.needsSetUp()
                        || !(access.authenticate(request, isUse) instanceof Authentication.Known known)
                        || known.principal().kind() != Principal.Kind.SESSION
                ? null
                : known.principal();
        Duration wait = access.take(principal, access.source(request));
        if (!wait.isZero()) {
            throw PageException.of(
                    429,
                    "Too many requests",
                    "That was more in a minute than one may ask for. Try again in " + Math.max(1, wait.toSeconds())
                            + " s.");
        }
        return principal;
    }

    /** A browser opens streams again by itself, however long nobody sits before it, and sends no header of ours. */
    private static boolean isStream(HttpServletRequest request) {
        String accepted = request.getHeader("Accept");
        return accepted != null && accepted.contains("text/event-stream");
    }

    @Override
    public BooleanSupplier lasting(HttpServletRequest request) {
        // Containers take their requests back as soon as these are over.
        RequestCopy copy = RequestCopy.of(request);
        return () -> access.authenticate(copy, false) instanceof Authentication.Known;
    }

    @Override
    public void checkChange(HttpServletRequest request, @Nullable Principal principal, String token) {
        Source source = access.source(request);
        if (!access.isOwnOrigin(request)) {
            access.auditor().addStranger("", source, DENIED, "form of another site", Outcome.DENIED);
            throw PageException.forbidden("This form comes from another site. Nothing has been changed.");
        }
        if (principal != null && !access.hasCsrf(new Signed(request, token), principal)) {
            access.auditor().add(principal, source, DENIED, "form without the session's token", "", Outcome.DENIED);
            throw PageException.forbidden(
                    "This form is of another session, perhaps of one that has ended. Nothing has been changed. Load"
                            + " the page again, and send it from there.");
        }
    }

    @Override
    public boolean needsSetUp() {
        return access.needsSetUp();
    }

    @Override
    public Duration idle() {
        return access.settings().idle();
    }

    @Override
    public <T> T during(HttpServletRequest request, Principal principal, Supplier<T> work) {
        return access.auditor().origin(principal, access.source(request)).during(work);
    }

    @Override
    public void done(HttpServletRequest request, Principal principal, String deed, String subject, String detail) {
        access.auditor().add(principal, access.source(request), deed, subject, detail, Outcome.DONE);
    }

    @Override
    public void denied(HttpServletRequest request, Principal principal, String what) {
        access.auditor().add(principal, access.source(request), DENIED, what, "", Outcome.DENIED);
    }

    /** The body has been read; its token is handed on as scripts send theirs. */
    private static final class Signed extends HttpServletRequestWrapper {
        private final String token;

        Signed(HttpServletRequest request, String token) {
            super(request);
            this.token = token;
        }

        @Override
        public @Nullable String getHeader(String name) {
            return name.equalsIgnoreCase("X-CSRF-Token") && !token.isEmpty() ? token : super.getHeader(name);
        }
    }
}
