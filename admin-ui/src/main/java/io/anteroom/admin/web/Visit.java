// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.access.Principal;
import io.anteroom.admin.access.Source;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** One request on its way to its answer. Belongs to one thread. */
final class Visit {
    private final HttpServletRequest request;
    private final HttpServletResponse response;
    private final String path;
    private final Source source;
    private final Instant now;
    private @Nullable Principal principal;

    Visit(HttpServletRequest request, HttpServletResponse response, String path, Source source, Instant now) {
        this.request = request;
        this.response = response;
        this.path = path;
        this.source = source;
        this.now = now;
    }

    HttpServletRequest request() {
        return request;
    }

    HttpServletResponse response() {
        return response;
    }

    String path() {
        return path;
    }

    Source source() {
        return source;
    }

    Instant now() {
        return now;
    }

    @Nullable Principal principal() {
        return principal;
    }

    void principal(@Nullable Principal known) {
        principal = known;
    }
}
