// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.util.Optional;

/** Finds a caller's policy. Called once per request, by many threads at once. */
@FunctionalInterface
public interface PolicySource {
    /** The policy of a caller, or of the callers without a name. If it throws, the request is answered with 500. */
    CallerPolicy of(Optional<Identity> identity);
}
