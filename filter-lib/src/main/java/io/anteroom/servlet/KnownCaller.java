// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A caller with a key of its own.
 *
 * @param name how people call it; each name once
 * @param sha256 the SHA-256 of its key, 64 hexadecimal digits
 * @param prefix the beginning of its key, for display; empty if nobody has noted it
 * @param group the group whose policy it has, or null
 * @param policy its own policy, stronger than its group's; null for the group's, or that of all others
 * @param isDisabled whether it is switched off
 * @param expires when its key stops counting, or null for never
 */
public record KnownCaller(
        String name,
        String sha256,
        String prefix,
        @Nullable String group,
        @Nullable CallerPolicy policy,
        boolean isDisabled,
        @Nullable Instant expires) {
    private static final Pattern NAME = Pattern.compile("[^\\p{Cntrl}]{1,128}");
    private static final int MAX_PREFIX = 16;

    /** Checks the name, the prefix and the hash. */
    public KnownCaller {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "name: " + name.length() + " characters (expected: 1 to 128, printable)");
        }
        if (prefix.length() > MAX_PREFIX) {
            throw new IllegalArgumentException(
                    "prefix: " + prefix.length() + " characters (expected: at most " + MAX_PREFIX + ")");
        }
        Identity unused = Identity.ofSha256(sha256);
    }

    /** A caller with a key and its own policy. */
    public static KnownCaller of(String name, ApiKey key, CallerPolicy policy) {
        return new KnownCaller(name, key.sha256(), key.prefix(), null, policy, false, null);
    }

    /** The same in a group, without a policy of its own. */
    public KnownCaller inGroup(String group) {
        return new KnownCaller(name, sha256, prefix, group, null, isDisabled, expires);
    }

    /** The same switched off or on. */
    public KnownCaller disabled(boolean isDisabled) {
        return new KnownCaller(name, sha256, prefix, group, policy, isDisabled, expires);
    }

    /** The same until a moment. */
    public KnownCaller until(Instant expires) {
        return new KnownCaller(name, sha256, prefix, group, policy, isDisabled, expires);
    }

    /** Its flow, by which the queue and the limits know it. */
    public Identity identity() {
        return Identity.ofSha256(sha256);
    }
}
