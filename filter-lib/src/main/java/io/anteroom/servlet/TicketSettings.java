// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.time.Duration;

/**
 * Tickets, and the resources at which clients ask how it stands.
 *
 * @param base the path below which they are, inside the web application, as {@code /queue}; empty for none at all
 * @param claimWithin how long a slot is reserved for whoever has its ticket, 100 ms to an hour
 * @param maxTickets how many tickets are remembered, those over among them
 * @param callerTickets how many of one caller
 */
public record TicketSettings(String base, Duration claimWithin, int maxTickets, int callerTickets) {
    /** Below {@code /queue}; 10 s, 10,000 tickets, 100 of one caller. */
    public static final TicketSettings DEFAULT = new TicketSettings("/queue", Duration.ofSeconds(10), 10_000, 100);

    /** No tickets, and nothing is answered. */
    public static final TicketSettings OFF = DEFAULT.withBase("");

    /** Checks all bounds. */
    public TicketSettings {
        if (!base.isEmpty() && !base.matches("(/[A-Za-z0-9._~-]+)+")) {
            throw new IllegalArgumentException("endpoints: " + base + " (expected: a path as /queue, or off)");
        }
        DoorSettings.check("claim-within", claimWithin, Duration.ofMillis(100), Duration.ofHours(1));
        atLeastOne("max-tickets", maxTickets);
        atLeastOne("caller-tickets", callerTickets);
    }

    private static void atLeastOne(String key, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(key + ": " + value + " (expected: at least 1)");
        }
    }

    /** Whether there are any. */
    boolean isOn() {
        return !base.isEmpty();
    }

    /** The same below another path; empty for none. */
    public TicketSettings withBase(String base) {
        return new TicketSettings(base, claimWithin, maxTickets, callerTickets);
    }

    /** The same with slots reserved for another while. */
    public TicketSettings withClaimWithin(Duration claimWithin) {
        return new TicketSettings(base, claimWithin, maxTickets, callerTickets);
    }

    /** The same with other bounds. */
    public TicketSettings withBounds(int maxTickets, int callerTickets) {
        return new TicketSettings(base, claimWithin, maxTickets, callerTickets);
    }
}
