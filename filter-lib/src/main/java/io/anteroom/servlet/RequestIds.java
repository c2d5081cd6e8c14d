// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.protocol.HeaderOptions;
import io.anteroom.protocol.Headers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** Names requests: by the client's own id where it is a proper one, else by a random one. */
final class RequestIds {
    private static final byte[] DIGITS = "0123456789abcdefghijklmnopqrstuv".getBytes(StandardCharsets.US_ASCII);
    private static final int LENGTH = 24;

    private RequestIds() {}

    static String of(Fields fields) {
        String own = HeaderOptions.requestId(fields.get(Headers.REQUEST_ID));
        return own != null ? own : random();
    }

    /** 120 random bits: unique, but not a secret. */
    private static String random() {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        byte[] id = new byte[LENGTH];
        long bits = random.nextLong();
        long others = random.nextLong();
        for (int i = 0; i < LENGTH / 2; i++) {
            id[i] = DIGITS[(int) (bits & 31)];
            id[i + LENGTH / 2] = DIGITS[(int) (others & 31)];
            bits >>>= 5;
            others >>>= 5;
        }
        return new String(id, StandardCharsets.ISO_8859_1);
    }
}
