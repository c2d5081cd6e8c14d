// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import jakarta.servlet.ServletInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;

/**
 * A request's body, or its beginning if it is longer than the bound: the rest is still with the container.
 *
 * @param bytes what has been read, and is handed to the application
 * @param isWhole whether that is all
 * @param removed how many bytes {@code bytes} are shorter than the original; below 0 if they are longer
 */
@SuppressWarnings("ArrayRecordComponent") // Never compared, never copied.
record BufferedBody(byte[] bytes, boolean isWhole, int removed) {
    private static final int CHUNK = 8192;

    /**
     * Reads a body on the calling thread.
     *
     * @param in the container's stream
     * @param length its length as declared, or -1
     * @param max how much to read at most; a body of a declared length must not exceed it
     */
    static BufferedBody read(ServletInputStream in, long length, int max) throws IOException {
        if (length >= 0) {
            byte[] bytes = in.readNBytes((int) length);
            return new BufferedBody(bytes, true, 0);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.min(max, CHUNK));
        byte[] chunk = new byte[Math.min(max + 1, CHUNK)];
        int n = 0;
        while (bytes.size() <= max && n >= 0) {
            n = in.read(chunk, 0, Math.min(chunk.length, max + 1 - bytes.size()));
            bytes.write(chunk, 0, Math.max(0, n));
        }
        return new BufferedBody(bytes.toByteArray(), n < 0, 0);
    }

    /** The same with other bytes for the application. */
    BufferedBody forwarding(byte[] forwarded) {
        return Arrays.equals(forwarded, bytes)
                ? this
                : new BufferedBody(forwarded, isWhole, removed + bytes.length - forwarded.length);
    }
}
