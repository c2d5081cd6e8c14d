// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import io.anteroom.settings.Revision;
import io.anteroom.settings.SettingsDesk;
import io.anteroom.settings.StoreException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Keeps an audit log as short as the settings in force say, whether anybody edits them or not. It looks once an hour,
 * and goes on with the next look as long as there is more than one transaction should take. Safe from any thread.
 */
public final class AuditUpkeep {
    private static final System.Logger LOG = System.getLogger(AuditUpkeep.class.getName());
    private static final Duration EVERY = Duration.ofHours(1);

    private final AuditLog log;
    private final SettingsDesk desk;
    private final InstantSource clock;
    private final AtomicReference<Instant> last = new AtomicReference<>(Instant.MIN);

    /**
     * Of a log.
     *
     * @param desk knows how long entries are kept
     */
    public AuditUpkeep(AuditLog log, SettingsDesk desk, InstantSource clock) {
        this.log = log;
        this.desk = desk;
        this.clock = clock;
    }

    /** Forgets what is too old, if it is time; to be called every few seconds, or whenever something is added. */
    public void look() {
        Revision inForce = desk.current();
        // Before the store has answered nobody knows how long to keep what cannot be brought back.
        if (inForce.number() == 0) {
            return;
        }
        Instant now = clock.instant();
        Instant before = last.get();
        boolean isTime = before.equals(Instant.MIN)
                || Duration.between(before, now).abs().compareTo(EVERY) >= 0;
        if (!isTime || !last.compareAndSet(before, now)) {
            return;
        }
        try {
            int gone = log.forget(now, inForce.settings().retention().audit());
            if (gone >= AuditLog.MOST_AT_ONCE) {
                last.set(Instant.MIN);
            }
        } catch (StoreException e) {
            LOG.log(
                    Level.WARNING,
                    "the audit log cannot be shortened, which is tried again in an hour: {0}",
                    e.getMessage());
        }
    }
}
