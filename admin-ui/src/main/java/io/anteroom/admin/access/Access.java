// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import io.anteroom.admin.store.AccessStore;
import io.anteroom.admin.store.AuditEntry.Outcome;
import io.anteroom.admin.store.AuditTrail;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.store.StoredSession;
import io.anteroom.admin.store.User;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Who is there, for the API and for pages: proves requests, opens and closes sessions. Whatever is revoked, on whatever
 * server, counts from the next request on. Safe from any thread.
 *
 * <p>Most methods throw {@link io.anteroom.settings.StoreException} if users and tokens cannot be read.
 */
public final class Access {
    private static final Duration BUSY_FOR = Duration.ofSeconds(2);

    private final AccessSettings settings;
    private final AccessStore store;
    private final InstantSource clock;
    private final Secrets secrets = new Secrets();
    private final Passwords passwords = new Passwords();
    private final LoginThrottle throttle;
    private final RequestThrottle requests;
    private final Proofs proofs;
    private final SetUp setUp;
    private final Auditor auditor;
    private final Users users;
    private final Tokens tokens;
    private final Sessions sessions;
    private volatile boolean hasUsers;

    /**
     * Access over a store.
     *
     * @param setUpFile where the token of the first start is written, or null for the directory of temporary files
     */
    public Access(
            AccessSettings settings,
            AccessStore store,
            AuditTrail trail,
            @Nullable Path setUpFile,
            InstantSource clock,
            LongSupplier nanoClock) {
        this.settings = settings;
        this.store = store;
        this.clock = clock;
        this.throttle = new LoginThrottle(nanoClock);
        this.requests = new RequestThrottle(nanoClock);
        this.proofs = new Proofs(settings, store, clock, requests);
        this.setUp = new SetUp(setUpFile, secrets, clock);
        this.auditor = new Auditor(trail, clock, nanoClock, settings.node());
        this.users = new Users(store, passwords, clock);
        this.tokens = new Tokens(store, secrets, settings, clock);
        this.sessions = new Sessions(store, settings, auditor, clock);
    }

    /** How the administration is guarded. */
    public AccessSettings settings() {
        return settings;
    }

    /** Writes down what is done. */
    public Auditor auditor() {
        return auditor;
    }

    /** Lists and ends one's own sessions. */
    public Sessions sessions() {
        return sessions;
    }

    /** Changes users. */
    public Users users() {
        return users;
    }

    /** Makes and revokes management tokens. */
    public Tokens tokens() {
        return tokens;
    }

    /** Where a request comes from. */
    public Source source(HttpServletRequest request) {
        return Source.of(request, settings.proxies());
    }

    /** Whether a request was sent to a name of ours; if not, it is answered with 421. */
    public boolean isForUs(HttpServletRequest request) {
        return RequestChecks.isForUs(request, settings.hosts());
    }

    /** Whether no page of another site has sent it; if one has, it is answered with 403. */
    public boolean isOwnOrigin(HttpServletRequest request) {
        return RequestChecks.isOwnOrigin(request);
    }

    /** Whether a request may change something as far as its CSRF token says; tokens and safe methods need none. */
    public boolean hasCsrf(HttpServletRequest request, Principal principal) {
        return RequestChecks.isSafe(request.getMethod()) || RequestChecks.hasCsrf(request, principal.csrf());
    }

    /** Takes one request of somebody's share, or answers how long to wait. */
    public Duration take(@Nullable Principal principal, Source source) {
        AccessSettings.Rates rates = settings.requestsPerMinute();
        if (principal == null) {
            return requests.take(source.network(), rates.anonymous());
        }
        return principal.kind() == Principal.Kind.TOKEN
                ? requests.take("token " + principal.id(), rates.token())
                : requests.take("session " + principal.id(), rates.session());
    }

    /** Whether there is no user yet; there is a set-up token then, in a file that the server's log names. */
    public boolean needsSetUp() {
        if (hasUsers) {
            return false;
        }
        if (store.hasNoUsers()) {
            setUp.isNeeded();
            return true;
        }
        hasUsers = true;
        setUp.done();
        return false;
    }

    /** Removes the file of a set-up token that nobody has used: the next start writes another one. */
    public void endSetUp() {
        setUp.close();
    }

    /** What a request says of who sends it. */
    public Authentication authenticate(HttpServletRequest request) {
        return authenticate(request, true);
    }

    /**
     * What a request says of who sends it.
     *
     * @param isUse whether that counts as a use of the session; a page that only watches does not keep it open
     */
    public Authentication authenticate(HttpServletRequest request, boolean isUse) {
        return proofs.authenticate(request, source(request), isUse);
    }

    /** Logs in; the session has no cookie before {@link #open}. An older session of the same browser ends. */
    public LogIn logIn(HttpServletRequest request, String name, String password) {
        Source source = source(request);
        LogIn result = checked(source, name, password);
        if (result instanceof LogIn.Refused refused) {
            auditor.addStranger(
                    Users.isName(name) ? name : "",
                    source,
                    "session.open",
                    "refused: " + refused.why().name().toLowerCase(java.util.Locale.ROOT),
                    Outcome.DENIED);
            return result;
        }
        String old = Cookies.read(request, source);
        if (old != null) {
            store.removeSession(Secrets.hash(old));
        }
        return result;
    }

    private LogIn checked(Source source, String name, String password) {
        if (!source.isSecure() && !source.isLocal() && !settings.allowsInsecureHttp()) {
            return new LogIn.Refused(LogIn.Why.INSECURE, Duration.ZERO);
        }
        // What is no name is nobody's: it is counted as one, however many there are and however long they are.
        String account = Users.isName(name) ? name : "";
        Duration wait = throttle.begin(account, source.address());
        if (!wait.isZero()) {
            return new LogIn.Refused(LogIn.Why.THROTTLED, wait);
        }
        User user = account.isEmpty() ? null : store.user(account);
        Passwords.Check check = passwords.check(password, user == null ? null : user.passwordHash());
        if (check == Passwords.Check.BUSY) {
            throttle.undo(account, source.address());
            return new LogIn.Refused(LogIn.Why.BUSY, BUSY_FOR);
        }
        if (check == Passwords.Check.WRONG || user == null || user.isDisabled()) {
            return new LogIn.Refused(LogIn.Why.WRONG, Duration.ZERO);
        }
        User proven = check == Passwords.Check.RIGHT_BUT_WEAK ? rehashed(user, password) : user;
        throttle.succeeded(account, source.address());
        return opened(proven, source);
    }

    private User rehashed(User user, String password) {
        String stronger = passwords.hash(password);
        if (stronger == null) {
            return user;
        }
        store.rehash(user.name(), user.passwordHash(), stronger);
        return user.withPasswordHash(stronger);
    }

    private LogIn opened(User user, Source source) {
        Instant now = clock.instant();
        String secret = secrets.secret();
        StoredSession session = new StoredSession(Secrets.hash(secret), user.name(), now, now, now, source.address());
        store.forgetSessions(now.minus(settings.idle()), now.minus(settings.longest()));
        store.add(session);
        // Checking a password takes a while. Whoever has changed the user meanwhile has ended the sessions of before,
        // and not this one.
        User still = store.user(user.name());
        if (still == null || !still.standsLike(user)) {
            store.removeSession(session.hash());
            return new LogIn.Refused(LogIn.Why.BUSY, BUSY_FOR);
        }
        store.loggedIn(user.name(), now);
        Principal principal = proofs.principal(user, session, secret);
        auditor.add(principal, source, "session.open", user.name(), "", Outcome.DONE);
        return new LogIn.Opened(principal, secret);
    }

    /** Gives the browser the cookie of a session that has been opened. */
    public void open(HttpServletRequest request, HttpServletResponse response, LogIn.Opened opened) {
        Cookies.write(response, source(request), opened.secret());
    }

    /** Ends a session, and takes the cookie back. */
    public void close(HttpServletRequest request, HttpServletResponse response, Principal principal) {
        Source source = source(request);
        store.removeSession(principal.id());
        Cookies.clear(response, source);
        auditor.add(principal, source, "session.close", principal.user(), "", Outcome.DONE);
    }

    /** The user of a session gives the password again, and may change users and tokens for a while. */
    public LogIn confirm(HttpServletRequest request, Principal principal, String password) {
        Source source = source(request);
        LogIn.Refused refused = verify(source, principal.user(), password);
        Outcome outcome = refused == null ? Outcome.DONE : Outcome.DENIED;
        auditor.add(principal, source, "session.confirm", principal.user(), "", outcome);
        if (refused != null) {
            return refused;
        }
        store.confirmed(principal.id(), clock.instant());
        return new LogIn.Opened(principal, "");
    }

    /** Checks a password as a log-in does, throttled alike; null if it is right. */
    private LogIn.@Nullable Refused verify(Source source, String name, String password) {
        Duration wait = throttle.begin(name, source.address());
        if (!wait.isZero()) {
            return new LogIn.Refused(LogIn.Why.THROTTLED, wait);
        }
        User user = store.user(name);
        return switch (passwords.check(password, user == null ? null : user.passwordHash())) {
            case BUSY -> {
                throttle.undo(name, source.address());
                yield new LogIn.Refused(LogIn.Why.BUSY, BUSY_FOR);
            }
            case WRONG -> new LogIn.Refused(LogIn.Why.WRONG, Duration.ZERO);
            case RIGHT, RIGHT_BUT_WEAK -> {
                throttle.succeeded(name, source.address());
                yield null;
            }
        };
    }

    /** What became of making the first user. */
    public enum FirstUser {
        /** It is there. */
        MADE,
        /** There is no set-up token, or it is another one, or it has been used. */
        NO_TOKEN,
        /** A password would go over the network in clear. */
        INSECURE,
        /** Too many wrong tokens before, or too many passwords are hashed already. */
        BUSY
    }

    /**
     * Makes the first user, an admin.
     *
     * @throws IllegalArgumentException if the name or the password is not taken
     */
    public FirstUser setUp(HttpServletRequest request, String token, String name, String password) {
        Source source = source(request);
        if (!source.isSecure() && !source.isLocal() && !settings.allowsInsecureHttp()) {
            return FirstUser.INSECURE;
        }
        // The right token never waits: it cannot be guessed, and strangers who try must not keep its owner out.
        if (!needsSetUp() || !setUp.fits(token)) {
            if (!throttle.begin("set-up", source.address()).isZero()) {
                return FirstUser.BUSY;
            }
            auditor.addStranger("", source, "set-up", "wrong or used token", Outcome.DENIED);
            return FirstUser.NO_TOKEN;
        }
        User user = users.prepare(name, Role.ADMIN, password);
        if (user == null) {
            return FirstUser.BUSY;
        }
        if (!store.addFirst(user)) {
            return FirstUser.NO_TOKEN;
        }
        hasUsers = true;
        setUp.done();
        auditor.addStranger(name, source, "set-up", "first user " + name, Outcome.DONE);
        return FirstUser.MADE;
    }
}
