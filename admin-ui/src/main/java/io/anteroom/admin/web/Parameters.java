// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of a query or a form. Read by us and not by the container, as each container has bounds and encodings of
 * its own. Immutable.
 */
final class Parameters {
    static final Parameters NONE = new Parameters(Map.of());

    private static final int MOST = 2000;

    private final Map<String, List<String>> values;

    private Parameters(Map<String, List<String>> values) {
        this.values = values;
    }

    /** The values of {@code a=1&b=2}. */
    static Parameters parse(@Nullable String encoded) {
        if (encoded == null || encoded.isEmpty()) {
            return NONE;
        }
        Map<String, List<String>> values = new LinkedHashMap<>();
        int count = 0;
        for (String pair : encoded.split("&", -1)) {
            if (++count > MOST) {
                throw PageException.badRequest("There are more than " + MOST + " fields.");
            }
            int equals = pair.indexOf('=');
            String name = decode(equals < 0 ? pair : pair.substring(0, equals));
            String value = equals < 0 ? "" : decode(pair.substring(equals + 1));
            values.computeIfAbsent(name, unused -> new ArrayList<>()).add(value);
        }
        return new Parameters(values);
    }

    /** The values of the form that a stream holds, of at most so many bytes. */
    static Parameters read(InputStream in, int most) throws IOException {
        byte[] bytes = in.readNBytes(most + 1);
        if (bytes.length > most) {
            throw PageException.of(
                    413, "Too large", "The form is larger than the " + (most >> 10) + " KiB that are taken here.");
        }
        return parse(new String(bytes, StandardCharsets.UTF_8));
    }

    private static String decode(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw PageException.badRequest("A field is not encoded as forms are.");
        }
    }

    /** The first value, or null. */
    @Nullable String first(String name) {
        List<String> all = values.get(name);
        return all == null ? null : all.get(0);
    }

    /** All values, in their order. */
    List<String> all(String name) {
        return List.copyOf(values.getOrDefault(name, List.of()));
    }

    Map<String, List<String>> asMap() {
        return values;
    }
}
