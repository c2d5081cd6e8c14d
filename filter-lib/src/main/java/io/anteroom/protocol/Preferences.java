// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads the field {@code Prefer}; what cannot be read is ignored, as RFC 7240 wants it. */
public final class Preferences {
    private Preferences() {}

    /** Whether the client would rather be answered with a ticket than wait. */
    public static boolean respondAsync(@Nullable String prefer) {
        if (prefer == null) {
            return false;
        }
        for (String part : prefer.split("[,;]", -1)) {
            if (part.trim().equalsIgnoreCase("respond-async")) {
                return true;
            }
        }
        return false;
    }

    /** How long the client would wait for an answer, or null. */
    public static @Nullable Duration wait(@Nullable String prefer) {
        String wait = value(prefer, "wait");
        return wait == null ? null : HeaderOptions.seconds(wait);
    }

    static @Nullable String value(@Nullable String prefer, String name) {
        if (prefer == null) {
            return null;
        }
        for (String part : prefer.split("[,;]", -1)) {
            int equals = part.indexOf('=');
            if (equals > 0 && part.substring(0, equals).trim().equalsIgnoreCase(name)) {
                return part.substring(equals + 1).trim().replace("\"", "").toLowerCase(Locale.ROOT);
            }
        }
        return null;
    }
}
