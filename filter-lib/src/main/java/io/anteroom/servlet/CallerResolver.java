// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** Says who sends a request. Called once per request, by many threads at once, before the request waits. */
@FunctionalInterface
public interface CallerResolver {
    /** The API key of {@code Authorization: Bearer} or {@code x-api-key}, hashed. */
    CallerResolver API_KEY = CallerResolver::apiKey;

    /** The caller, or empty for one without a name, who is told apart by IP address. */
    Optional<Identity> resolve(HttpServletRequest request);

    private static Optional<Identity> apiKey(HttpServletRequest request) {
        String authorization = request.getHeader("Authorization");
        if (authorization != null && authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            String key = authorization.substring(7).trim();
            if (!key.isEmpty()) {
                return Optional.of(Identity.ofSecret(key));
            }
        }
        String key = request.getHeader("x-api-key");
        return key == null || key.isBlank() ? Optional.empty() : Optional.of(Identity.ofSecret(key.trim()));
    }
}
