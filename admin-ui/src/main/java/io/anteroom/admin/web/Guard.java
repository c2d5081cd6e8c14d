// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.access.Principal;
import io.anteroom.admin.access.Source;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Who asks, and whether it may be them. The pages know sessions and their tokens only by this. */
public interface Guard {
    /** Sent along by scripts that only watch: such requests keep no session open. */
    String WATCH = "X-Watch";

    /**
     * Turns away what must not be asked here at all: of another host, too often.
     *
     * @throws PageException if so
     */
    void admit(HttpServletRequest request);

    /** Where a request comes from, as far as the connection and trusted proxies tell. */
    Source source(HttpServletRequest request);

    /** Whose session a request belongs to, or null. */
    @Nullable Principal principal(HttpServletRequest request);

    /**
     * Tells, as often as it is asked, whether the session lasts to which a request belongs, as long as its answer goes
     * on and longer.
     */
    BooleanSupplier lasting(HttpServletRequest request);

    /**
     * Turns away changes that come from other sites, or without the session's token.
     *
     * @param principal whose session it is, or null for changes that need none, as a log-in
     * @param token that came with the form, perhaps empty
     * @throws PageException if so
     */
    void checkChange(HttpServletRequest request, @Nullable Principal principal, String token);

    /** Whether nobody can log in before the first user has been made. */
    boolean needsSetUp();

    /** How long a session lasts that is not used. */
    Duration idle();

    /** Does something on behalf of somebody, so that what is written down by others names where it comes from. */
    <T> T during(HttpServletRequest request, Principal principal, Supplier<T> work);

    /** Writes down what somebody did. */
    void done(HttpServletRequest request, Principal principal, String deed, String subject, String detail);

    /** Writes down that somebody was kept from something. */
    void denied(HttpServletRequest request, Principal principal, String what);
}
