// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a deed comes from, as far as the log names it besides the actor.
 *
 * @param role the actor's role at that moment, or empty
 * @param address the network address, IPv6 by /64, or empty
 * @param node the server that did it, or empty
 */
public record AuditOrigin(String role, String address, String node) {
    /** Nothing is known. */
    public static final AuditOrigin NONE = new AuditOrigin("", "", "");

    private static final int LONGEST = 64;
    private static final ThreadLocal<@Nullable AuditOrigin> CURRENT = new ThreadLocal<>();

    /** Cuts what is too long. */
    public AuditOrigin {
        role = AuditEntry.cut(role, 16);
        address = AuditEntry.cut(address, LONGEST);
        node = AuditEntry.cut(node, LONGEST);
    }

    /**
     * Does something on behalf of somebody: entries that stores write of their own accord meanwhile, in the transaction
     * of what they are about, name this origin.
     */
    public <T> T during(Supplier<T> work) {
        AuditOrigin before = CURRENT.get();
        CURRENT.set(this);
        try {
            return work.get();
        } finally {
            if (before == null) {
                CURRENT.remove();
            } else {
                CURRENT.set(before);
            }
        }
    }

    static AuditOrigin current() {
        AuditOrigin current = CURRENT.get();
        return current == null ? NONE : current;
    }
}
