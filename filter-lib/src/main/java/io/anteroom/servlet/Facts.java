// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Lease;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The facts of a request's wait, as the attributes that the application behind the filter can read. */
final class Facts {
    static final String PREFIX = "io.anteroom.";

    private static final Set<String> NAMES = Set.of(
            "io.anteroom.request-id",
            "io.anteroom.pool",
            "io.anteroom.caller",
            "io.anteroom.priority",
            "io.anteroom.batch",
            "io.anteroom.queued",
            "io.anteroom.waited",
            "io.anteroom.initial-position",
            "io.anteroom.fallback",
            "io.anteroom.lease");

    private Facts() {}

    /** The name of the fallback that an exchange has gone on to, or null. */
    static @Nullable String fallback(Exchange exchange) {
        Fallback to = exchange.ask().fallback();
        return exchange.hasFallenBack() && to != null ? to.name() : null;
    }

    static boolean knows(String name) {
        return NAMES.contains(name);
    }

    static @Nullable Object of(String name, Exchange exchange) {
        Ask ask = exchange.ask();
        Lease lease = exchange.lease();
        return switch (name) {
            case "io.anteroom.request-id" -> ask.id();
            case "io.anteroom.pool" -> ask.pool().name();
            case "io.anteroom.caller" -> ask.arrival().caller();
            case "io.anteroom.priority" -> ask.arrival().priority();
            case "io.anteroom.batch" -> ask.arrival().batch();
            case "io.anteroom.queued" -> exchange.wasQueued();
            case "io.anteroom.waited" -> lease == null ? null : lease.waited();
            case "io.anteroom.initial-position" -> lease == null ? null : lease.initialPosition();
            case "io.anteroom.fallback" -> fallback(exchange);
            default -> lease;
        };
    }

    /**
     * Tells whoever hands answers on, as caches do, that this one is not what was asked for, though it may look whole:
     * {@code error} if it ends with an error of ours after it had begun, {@code abandoned} if nobody is there to read
     * it.
     */
    static void endsShort(HttpServletRequest request, String how) {
        try {
            request.setAttribute(PREFIX + "ends-short", how);
        } catch (RuntimeException e) {
            // Jetty fails with its own null pointer. Whatever comes of it, slots are given back after this.
            Log.debug("a request had ended when it was to be marked", e);
        }
    }
}
