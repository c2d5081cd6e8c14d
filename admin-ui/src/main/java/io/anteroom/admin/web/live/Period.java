// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import java.time.Duration;

/** How far back charts and figures look. */
enum Period {
    /** By seconds. */
    MINUTE("1m", "1 min", Duration.ofMinutes(1), Duration.ofSeconds(1), Duration.ofSeconds(5)),
    /** By a few seconds. */
    QUARTER("15m", "15 min", Duration.ofMinutes(15), Duration.ofSeconds(5), Duration.ofSeconds(5)),
    /** By minutes. */
    HOUR("1h", "1 h", Duration.ofHours(1), Duration.ofMinutes(1), Duration.ofSeconds(20)),
    /** By ten minutes. */
    DAY("24h", "24 h", Duration.ofHours(24), Duration.ofMinutes(10), Duration.ofSeconds(60));

    private final String id;
    private final String label;
    private final Duration length;
    private final Duration step;
    private final Duration fresh;

    Period(String id, String label, Duration length, Duration step, Duration fresh) {
        this.id = id;
        this.label = label;
        this.length = length;
        this.step = step;
        this.fresh = fresh;
    }

    /** The period that an address names; a quarter of an hour for any other. */
    static Period of(String id) {
        for (Period period : values()) {
            if (period.id.equals(id)) {
                return period;
            }
        }
        return QUARTER;
    }

    /** Its name in addresses. */
    public String id() {
        return id;
    }

    /** What people read. */
    public String label() {
        return label;
    }

    /** What people read where figures are of whole minutes. */
    public String figuresLabel() {
        return this == MINUTE ? "this minute and the last" : "the last " + label;
    }

    Duration length() {
        return length;
    }

    /** What figures are of: minutes are counted as a whole, and one that has just begun says nothing yet. */
    Duration figures() {
        return this == MINUTE ? Duration.ofMinutes(2) : length;
    }

    Duration step() {
        return step;
    }

    /** How old figures may be that are read from the database. */
    Duration fresh() {
        return fresh;
    }

    /** Whether its charts are drawn from the seconds that this server remembers. */
    boolean isOfSeconds() {
        return step.compareTo(Duration.ofMinutes(1)) < 0;
    }
}
