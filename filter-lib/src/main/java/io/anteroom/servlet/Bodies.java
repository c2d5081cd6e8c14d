// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.protocol.BadRequest;
import io.anteroom.protocol.ModelBody;
import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Decides which bodies are read, and reads them. */
final class Bodies {
    private final int max;

    /**
     * Bodies up to a bound.
     *
     * @param max in bytes; longer ones stay with the container
     */
    Bodies(int max) {
        this.max = max;
    }

    /** Reads a body that may hold options, or answers null: no body, no JSON, compressed, or too long. */
    @Nullable BufferedBody readJson(HttpServletRequest request) throws IOException {
        return isJson(request) ? read(request) : null;
    }

    /**
     * Reads the body of a model request, whatever its type is called, or answers null: too long.
     *
     * @throws BadRequest if it is compressed, or in another charset than UTF-8
     */
    @Nullable BufferedBody readModelRequest(HttpServletRequest request) throws BadRequest, IOException {
        ModelBody.check(request.getHeaders("Content-Type"), request.getHeaders("Content-Encoding"));
        long length = request.getContentLengthLong();
        return length <= max ? BufferedBody.read(request.getInputStream(), length, max) : null;
    }

    /** Reads a body before its request waits, or answers null if it has none or one that is too long. */
    @Nullable BufferedBody read(HttpServletRequest request) throws IOException {
        long length = request.getContentLengthLong();
        return length <= max && !isForm(request) ? BufferedBody.read(request.getInputStream(), length, max) : null;
    }

    /** How long a body may be that is read, in bytes. */
    int max() {
        return max;
    }

    /** How many bytes a body that has not been read will take while its request waits. */
    long expectedBytes(HttpServletRequest request) {
        long length = request.getContentLengthLong();
        if (length > max || isForm(request)) {
            return 0;
        }
        return length < 0 ? max : length;
    }

    /** Whether a part of the body may have to stay with the container while the request waits. */
    boolean mayStayUnread(HttpServletRequest request, @Nullable BufferedBody body) {
        if (body != null) {
            return !body.isWhole();
        }
        long length = request.getContentLengthLong();
        return length < 0 || length > max || isForm(request);
    }

    /** Whether it may have a body at all; the other methods are meant for those that may. */
    static boolean mayHaveBody(Fields fields) {
        HttpServletRequest request = fields.request();
        long length = fields.mayHave("Content-Length") ? request.getContentLengthLong() : -1;
        if (length != -1) {
            return length > 0;
        }
        return switch (request.getMethod()) {
            case "GET", "HEAD" -> false;
            case "POST", "PUT", "PATCH" -> true;
            default -> fields.get("Transfer-Encoding") != null;
        };
    }

    /** Forms stay with the container, which reads them itself for {@code getParameter} and {@code getPart}. */
    private static boolean isForm(HttpServletRequest request) {
        String type = request.getHeader("Content-Type");
        return type != null
                && (type.regionMatches(true, 0, "multipart/form-data", 0, 19)
                        || type.regionMatches(true, 0, "application/x-www-form-urlencoded", 0, 33));
    }

    private static boolean isJson(HttpServletRequest request) {
        String type = request.getHeader("Content-Type");
        if (type == null) {
            return false;
        }
        int end = type.indexOf(';');
        String bare = (end < 0 ? type : type.substring(0, end)).trim().toLowerCase(Locale.ROOT);
        if (!bare.equals("application/json") && !bare.endsWith("+json")) {
            return false;
        }
        String encoding = request.getHeader("Content-Encoding");
        return isUtf8(request) && (encoding == null || encoding.equalsIgnoreCase("identity"));
    }

    /** Jetty throws for a charset that it does not know. */
    private static boolean isUtf8(HttpServletRequest request) {
        try {
            String charset = request.getCharacterEncoding();
            return charset == null || charset.equalsIgnoreCase("utf-8");
        } catch (IllegalArgumentException unknown) {
            return false;
        }
    }
}
