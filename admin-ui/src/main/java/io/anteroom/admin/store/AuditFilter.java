// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Which entries of the audit log are wanted; null for all of a kind.
 *
 * @param actor whose
 * @param deed what, or the beginning of it up to a dot: {@code settings} finds {@code settings.edit}
 * @param outcome what came of it
 * @param from not before
 * @param to before
 */
public record AuditFilter(
        @Nullable String actor,
        @Nullable String deed,
        AuditEntry.@Nullable Outcome outcome,
        @Nullable Instant from,
        @Nullable Instant to) {
    /** All entries. */
    public static final AuditFilter ALL = new AuditFilter(null, null, null, null, null);

    boolean fits(AuditEntry entry) {
        return (actor == null || entry.actor().equals(actor))
                && (deed == null || entry.deed().equals(deed) || entry.deed().startsWith(deed + "."))
                && (outcome == null || entry.outcome() == outcome)
                && (from == null || !entry.at().isBefore(from))
                && (to == null || entry.at().isBefore(to));
    }
}
