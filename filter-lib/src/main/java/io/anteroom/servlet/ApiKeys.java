// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Knows callers by their API keys; see {@link CallerResolver#API_KEY}. */
final class ApiKeys implements CallerResolver {
    @Override
    public Optional<Identity> resolve(HttpServletRequest request) {
        return resolve(request::getHeader);
    }

    /**
     * The same for whoever has the header fields at hand.
     *
     * @param fields the first value of a field, or null
     */
    Optional<Identity> resolve(Function<String, @Nullable String> fields) {
        String authorization = fields.apply("Authorization");
        if (authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            String key = authorization.substring(7).trim();
            if (!key.isEmpty()) {
                return Optional.of(Identity.ofSecret(key));
            }
        }
        String key = fields.apply("x-api-key");
        return key == null || key.isBlank() ? Optional.empty() : Optional.of(Identity.ofSecret(key.trim()));
    }
}
