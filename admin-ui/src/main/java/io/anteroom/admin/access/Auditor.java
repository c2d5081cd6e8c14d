// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import io.anteroom.admin.store.AuditEntry;
import io.anteroom.admin.store.AuditEntry.Outcome;
import io.anteroom.admin.store.AuditOrigin;
import io.anteroom.admin.store.AuditTrail;
import io.anteroom.settings.StoreException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Writes down what is done in the administration. If the log cannot be written, the entry goes to the server's own log
 * and the deed stays done. What strangers cause is written down {@value #STRANGERS_PER_MINUTE} times a minute at most,
 * and counted beyond that. Safe from any thread.
 */
public final class Auditor {
    static final int STRANGERS_PER_MINUTE = 120;
    private static final System.Logger LOG = System.getLogger(Auditor.class.getName());
    private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

    private final AuditTrail trail;
    private final InstantSource clock;
    private final LongSupplier nanoClock;
    private final String node;
    private final AtomicLong minute = new AtomicLong(Long.MIN_VALUE);
    private final AtomicLong strangers = new AtomicLong();

    Auditor(AuditTrail trail, InstantSource clock, LongSupplier nanoClock, String node) {
        this.trail = trail;
        this.clock = clock;
        this.nanoClock = nanoClock;
        this.node = node;
    }

    /** Where somebody's deeds come from. */
    public AuditOrigin origin(Principal principal, Source source) {
        return new AuditOrigin(principal.role().word(), source.address(), node);
    }

    /** Somebody did something, or tried to. */
    public void add(Principal who, Source source, String deed, String subject, String detail, Outcome outcome) {
        write(new AuditEntry(0, clock.instant(), who.name(), deed, subject, detail, outcome, origin(who, source)));
    }

    /**
     * Somebody who has not proved who it is did something, or tried to.
     *
     * @param claimed who it says that it is, or empty
     */
    public void addStranger(String claimed, Source source, String deed, String subject, Outcome outcome) {
        long now = nanoClock.getAsLong() / MINUTE;
        long before = minute.get();
        long suppressed = 0;
        if (before != now && minute.compareAndSet(before, now)) {
            suppressed = Math.max(0, strangers.getAndSet(0) - STRANGERS_PER_MINUTE);
        }
        AuditOrigin origin = new AuditOrigin("", source.address(), node);
        if (suppressed > 0) {
            write(new AuditEntry(
                    0,
                    clock.instant(),
                    "anonymous",
                    "audit.suppressed",
                    suppressed + " entries about strangers",
                    "",
                    Outcome.DENIED,
                    new AuditOrigin("", "", node)));
        }
        if (strangers.incrementAndGet() <= STRANGERS_PER_MINUTE) {
            String actor = claimed.isEmpty() ? "anonymous" : claimed;
            write(new AuditEntry(0, clock.instant(), actor, deed, subject, "", outcome, origin));
        }
    }

    private void write(AuditEntry entry) {
        try {
            trail.add(entry);
        } catch (StoreException e) {
            LOG.log(Level.ERROR, "the audit log cannot be written: " + line(entry) + ": " + e.getMessage());
        }
    }

    /** One line, whatever is in it. */
    private static String line(AuditEntry entry) {
        String text = entry.actor() + " " + entry.deed() + " " + entry.subject() + " "
                + entry.outcome().word() + " " + entry.detail();
        String safe = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]", " ");
        return safe.length() <= 500 ? safe : safe.substring(0, 500) + "...";
    }
}
