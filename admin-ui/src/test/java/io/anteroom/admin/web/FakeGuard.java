// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.access.Principal;
import io.anteroom.admin.access.Source;
import io.anteroom.admin.store.Role;
import io.anteroom.net.TrustedProxies;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Takes everybody for a user of one role. */
public final class FakeGuard implements Guard {
    static final String CSRF = "csrf-of-the-test";

    private final Role role;

    /** Everybody has that role. */
    public FakeGuard(Role role) {
        this.role = role;
    }

    @Override
    public void admit(HttpServletRequest request) {}

    @Override
    public Source source(HttpServletRequest request) {
        return Source.of(request, TrustedProxies.NONE);
    }

    @Override
    public Principal principal(HttpServletRequest request) {
        return new Principal(
                Principal.Kind.SESSION,
                "id",
                "ada",
                "ada",
                role,
                Set.of(),
                CSRF,
                true,
                Instant.now().plusSeconds(36_000));
    }

    @Override
    public BooleanSupplier lasting(HttpServletRequest request) {
        return () -> true;
    }

    @Override
    public void checkChange(HttpServletRequest request, Principal principal, String token) {
        if (principal != null && !token.equals(CSRF)) {
            throw PageException.forbidden("The form is not of this session.");
        }
    }

    @Override
    public boolean needsSetUp() {
        return false;
    }

    @Override
    public Duration idle() {
        return Duration.ofMinutes(30);
    }

    @Override
    public <T> T during(HttpServletRequest request, Principal principal, Supplier<T> work) {
        return work.get();
    }

    @Override
    public void done(HttpServletRequest request, Principal principal, String deed, String subject, String detail) {}

    @Override
    public void denied(HttpServletRequest request, Principal principal, String what) {}
}
