// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import jakarta.servlet.http.HttpServletResponse;

/** What every answer says to the browser about what it may do with it. */
final class Headers {
    /** Nothing inline, nothing from elsewhere; what scripts write into pages goes through {@code trust.js}. */
    static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none';"
            + " require-trusted-types-for 'script'; trusted-types default htmx";

    private static final String YEAR = "max-age=31536000";

    private Headers() {}

    static void write(HttpServletResponse response, boolean isSecure) {
        response.setHeader("Content-Security-Policy", POLICY);
        response.setHeader("X-Content-Type-Options", "nosniff");
        response.setHeader("X-Frame-Options", "DENY");
        // Other sites learn nothing; with no-referrer browsers would say "Origin: null" of our own forms.
        response.setHeader("Referrer-Policy", "same-origin");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
        response.setHeader(
                "Permissions-Policy",
                "camera=(), geolocation=(), microphone=(), payment=(), usb=(), clipboard-read=(), fullscreen=()");
        response.setHeader("Cache-Control", "no-store");
        if (isSecure) {
            response.setHeader("Strict-Transport-Security", YEAR);
        }
    }
}
