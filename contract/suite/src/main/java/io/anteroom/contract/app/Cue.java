// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.app;

import io.anteroom.contract.client.Request;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * One request on its way through the application.
 *
 * @param request what the filter handed down
 * @param response what the filter handed down
 * @param log where to say so
 * @param id the request's id
 */
record Cue(HttpServletRequest request, HttpServletResponse response, AppLog log, String id) {
    /** The header that says how long an act takes. */
    static final String TAKES = "X-Takes";

    static Cue of(HttpServletRequest request, HttpServletResponse response, AppLog log) {
        String id = request.getHeader(Request.ID);
        return new Cue(request, response, log, id == null ? "nobody" : id);
    }

    /** Waits in the middle, if the request asks for it by {@code hold=mid}. */
    void passMiddle() {
        if (has("hold=mid")) {
            log.pass(id);
        }
    }

    /** Takes as many milliseconds as the header {@link #TAKES} says. */
    void takeTime() {
        String millis = request.getHeader(TAKES);
        if (millis != null) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(Long.parseLong(millis)));
        }
    }

    boolean has(String setting) {
        String query = request.getQueryString();
        return query != null && query.contains(setting);
    }

    void write(String text) throws IOException {
        response.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    void flush() throws IOException {
        response.flushBuffer();
    }
}
