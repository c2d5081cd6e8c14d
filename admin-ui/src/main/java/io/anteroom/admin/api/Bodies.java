// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the body of a call, bounded, also where nobody says how long it is. */
final class Bodies {
    private static final int MOST_DRAINED = 1 << 20;
    private static final String READ = "io.anteroom.admin.body-read";

    private Bodies() {}

    /** Whether there is a body on the connection that nobody has read. */
    static boolean isUnread(HttpServletRequest request) {
        boolean hasBody = request.getContentLengthLong() > 0 || request.getHeader("Transfer-Encoding") != null;
        return hasBody
                && request.getAttribute(READ) == null
                && request.getProtocol().startsWith("HTTP/1");
    }

    static @Nullable Object read(Route route, HttpServletRequest request) throws IOException {
        Class<?> type = route.body();
        if (type == null && !route.hasTree()) {
            return null;
        }
        byte[] bytes = bytes(request, route.mostBytes());
        if (bytes.length == 0 && route.isBodyOptional()) {
            return null;
        }
        if (!isJson(request.getContentType())) {
            throw new ApiProblem(415, "unsupported_media_type", "content-type: not JSON (expected: application/json)");
        }
        return type == null ? Json.incoming(text(bytes)) : Json.read(utf8(bytes), type);
    }

    private static byte[] bytes(HttpServletRequest request, int most) throws IOException {
        InputStream in = request.getInputStream();
        byte[] bytes = in.readNBytes(most + 1);
        if (bytes.length > most) {
            // A client that is still sending would not see the answer.
            int rest = in.readNBytes(MOST_DRAINED).length;
            if (rest < MOST_DRAINED) {
                request.setAttribute(READ, true);
            }
            throw tooLarge(most);
        }
        request.setAttribute(READ, true);
        return bytes;
    }

    private static ApiProblem tooLarge(int most) {
        return new ApiProblem(413, "request_too_large", "body: too large (expected: at most " + most + " bytes)");
    }

    private static boolean isJson(@Nullable String type) {
        if (type == null) {
            return false;
        }
        String plain = type.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        return plain.equals("application/json") || plain.equals("application/merge-patch+json");
    }

    private static byte[] utf8(byte[] bytes) {
        String checked = text(bytes);
        return checked.isEmpty() ? new byte[0] : bytes;
    }

    private static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            throw ApiProblem.invalid("body: no UTF-8");
        }
    }
}
