// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Checks of written networks, paths and hashes; each answers null for what is wrong. Nothing is looked up. */
final class Networks {
    private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");
    private static final Pattern IPV6 = Pattern.compile("[0-9a-fA-F:]*:[0-9a-fA-F:.]*");
    private static final Pattern PATH = Pattern.compile("/[\\x21-\\x7e&&[^*?#]]*(/\\*)?|/\\*");

    private Networks() {}

    static @Nullable String checked(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        int bits = IPV4.matcher(address).matches() ? 32 : IPV6.matcher(address).matches() ? 128 : 0;
        if (bits == 0 || (bits == 32 && !octets(address))) {
            return null;
        }
        if (slash < 0) {
            return text;
        }
        Long prefix = Scalars.whole(text.substring(slash + 1));
        return prefix == null || prefix < 0 || prefix > bits ? null : text;
    }

    private static boolean octets(String address) {
        for (String octet : address.split("\\.", -1)) {
            if (Integer.parseInt(octet) > 255) {
                return false;
            }
        }
        return true;
    }

    static @Nullable String checkedPath(String text) {
        return PATH.matcher(text).matches() ? text : null;
    }

    static @Nullable String checkedHash(String text) {
        return text.matches("[0-9a-fA-F]{64}") ? text.toLowerCase(Locale.ROOT) : null;
    }
}
