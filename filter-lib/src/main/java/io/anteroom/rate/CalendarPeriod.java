// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** A period of the calendar, in UTC. */
public enum CalendarPeriod {
    /** From midnight to midnight. */
    DAY,
    /** From the first to the first. */
    MONTH;

    /** The first day of the period that an instant lies in. */
    LocalDate of(Instant instant) {
        LocalDate day = LocalDate.ofInstant(instant, ZoneOffset.UTC);
        return this == DAY ? day : day.withDayOfMonth(1);
    }

    /** When the period that began on this day ends. */
    Instant end(LocalDate first) {
        LocalDate next = this == DAY ? first.plusDays(1) : first.plusMonths(1);
        return next.atStartOfDay(ZoneOffset.UTC).toInstant();
    }
}
