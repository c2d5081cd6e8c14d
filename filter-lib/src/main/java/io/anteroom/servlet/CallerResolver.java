// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Optional;

/** Says who sends a request. Called once per request, by many threads at once, before the request waits. */
@FunctionalInterface
public interface CallerResolver {
    /** The API key of {@code Authorization: Bearer} or {@code x-api-key}, hashed. */
    CallerResolver API_KEY = new ApiKeys();

    /**
     * The caller, or empty for one without a name, who is told apart by IP address. If it throws, the request is
     * answered with 500 and a line is logged.
     */
    Optional<Identity> resolve(HttpServletRequest request);
}
