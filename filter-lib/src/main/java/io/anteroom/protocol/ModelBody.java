// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import java.util.Enumeration;
import java.util.Set;

/**
 * What the header fields of a model request may say about its body. It is read as JSON in UTF-8 whatever its type is
 * called, because that is what the servers behind do: one that could be read in two ways would get past the pool and
 * the limits of its model.
 */
public final class ModelBody {
    /** US-ASCII is a part of UTF-8. */
    private static final Set<String> CHARSETS = Set.of("utf-8", "utf8", "us-ascii", "ascii");

    private ModelBody() {}

    /**
     * Checks both fields.
     *
     * @param types each {@code Content-Type}
     * @param encodings each {@code Content-Encoding}
     * @throws BadRequest if the body is said to be compressed, or in another charset
     */
    public static void check(Enumeration<String> types, Enumeration<String> encodings) throws BadRequest {
        while (encodings.hasMoreElements()) {
            String encoding = encodings.nextElement();
            if (!encoding.isBlank() && !encoding.trim().equalsIgnoreCase("identity")) {
                throw BadRequest.option("Content-Encoding", encoding, "none: a model request is JSON as it is");
            }
        }
        while (types.hasMoreElements()) {
            String type = types.nextElement();
            for (String part : type.split(";")) {
                if (!isKnown(part.trim())) {
                    throw BadRequest.option("Content-Type", type, "JSON in UTF-8");
                }
            }
        }
    }

    private static boolean isKnown(String parameter) {
        int equals = parameter.indexOf('=');
        if (equals < 0 || !parameter.substring(0, equals).trim().equalsIgnoreCase("charset")) {
            return true;
        }
        String charset = parameter.substring(equals + 1).replace('"', ' ').trim();
        return CHARSETS.stream().anyMatch(charset::equalsIgnoreCase);
    }
}
