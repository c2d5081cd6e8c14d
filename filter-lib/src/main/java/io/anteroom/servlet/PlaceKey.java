// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.protocol.Headers;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.jspecify.annotations.Nullable;

/**
 * By what a retry is known as the request that it repeats: its caller, pool and level, its method, path, query and
 * body, and its {@code Idempotency-Key}, which is enough where the body is too long to be read. A hash, so that nothing
 * of the request is kept.
 */
record PlaceKey(long high, long low) {
    private static final int MAX_IDEMPOTENCY_KEY = 256;

    /** The key of a request, or null if its body has not been read whole and it has no {@code Idempotency-Key}. */
    static @Nullable PlaceKey of(Ask ask, HttpServletRequest request) {
        String own = request.getHeader("Idempotency-Key");
        boolean isNamed = own != null && !own.isBlank() && own.length() <= MAX_IDEMPOTENCY_KEY;
        BufferedBody body = ask.body();
        if (!isNamed && ask.hasBody() && (body == null || !body.isWhole())) {
            return null;
        }
        MessageDigest hash = Identity.sha256();
        add(hash, ask.arrival().caller().key());
        add(hash, ask.pool().name());
        add(hash, ask.arrival().priority().name());
        add(hash, request.getMethod());
        add(hash, request.getRequestURI());
        add(hash, request.getQueryString());
        add(hash, request.getHeader(Headers.MODEL));
        add(hash, isNamed ? own : null);
        // Also of a named one: a place has been paid for by what its body asks for.
        if (body != null && body.isWhole()) {
            hash.update(body.bytes());
        }
        ByteBuffer digest = ByteBuffer.wrap(hash.digest());
        return new PlaceKey(digest.getLong(), digest.getLong());
    }

    /** The key of that name. */
    static PlaceKey named(String name) {
        int dot = name.indexOf('.');
        return new PlaceKey(
                Long.parseUnsignedLong(name, 0, dot, 16), Long.parseUnsignedLong(name, dot + 1, name.length(), 16));
    }

    /** As a name. */
    String name() {
        return Long.toHexString(high) + "." + Long.toHexString(low);
    }

    /** With its length before it, so that no two lists of parts look alike. */
    private static void add(MessageDigest hash, @Nullable String part) {
        byte[] bytes = part == null ? new byte[0] : part.getBytes(StandardCharsets.UTF_8);
        hash.update(ByteBuffer.allocate(Integer.BYTES)
                .putInt(part == null ? -1 : bytes.length)
                .flip());
        hash.update(bytes);
    }
}
