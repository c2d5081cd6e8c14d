// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How numbers, durations and moments are written: templates see it as {@code fmt}. Immutable. */
public final class Format {
    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern(
                    "yyyy-MM-dd HH:mm:ss 'UTC'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm 'UTC'", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final String NONE = "–";

    private final Instant now;

    /** For a page that is rendered at that moment. */
    public Format(Instant now) {
        this.now = now;
    }

    /** A whole number, as {@code 12,345}. */
    public String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** A share of one, as {@code 42 %}. */
    public String percent(double share) {
        return Double.isFinite(share) ? Math.round(share * 100) + " %" : NONE;
    }

    /** A number with as many decimals as help. */
    public String number(double number) {
        if (!Double.isFinite(number)) {
            return NONE;
        }
        double size = Math.abs(number);
        return String.format(Locale.ROOT, size >= 100 || number == Math.rint(number) ? "%,.0f" : "%,.2f", number);
    }

    /** A duration in its two largest units, as {@code 2 min 5 s} or {@code 340 ms}. */
    public String duration(@Nullable Duration duration) {
        if (duration == null) {
            return NONE;
        }
        long millis = duration.toMillis();
        if (millis < 0) {
            return "−" + duration(duration.negated());
        }
        if (millis < 1000) {
            return millis + " ms";
        }
        if (millis < 10_000) {
            return String.format(Locale.ROOT, "%.1f s", millis / 1000.0);
        }
        return whole((millis + 500) / 1000);
    }

    private static String whole(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return two(seconds / 60, " min", seconds % 60, " s");
        }
        if (seconds < 86_400) {
            return two(seconds / 3600, " h", seconds % 3600 / 60, " min");
        }
        return two(seconds / 86_400, " d", seconds % 86_400 / 3600, " h");
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return small == 0 ? large + largeUnit : large + largeUnit + " " + small + smallUnit;
    }

    /** A moment to the second, in UTC. */
    public String moment(@Nullable Instant moment) {
        return moment == null ? NONE : MOMENT.format(moment);
    }

    /** A moment to the minute, in UTC. */
    public String minute(@Nullable Instant moment) {
        return moment == null ? NONE : MINUTE.format(moment);
    }

    /** A moment as programs read it. */
    public String iso(@Nullable Instant moment) {
        return moment == null ? "" : moment.toString();
    }

    /** How long ago a moment was, or how far off it is: {@code 5 min ago}, {@code in 2 h}. */
    public String ago(@Nullable Instant moment) {
        if (moment == null) {
            return "never";
        }
        long seconds = Duration.between(moment, now).toSeconds();
        if (Math.abs(seconds) < 5) {
            return "now";
        }
        String distance = coarse(Math.abs(seconds));
        return seconds > 0 ? distance + " ago" : "in " + distance;
    }

    private static String coarse(long seconds) {
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3600) {
            return seconds / 60 + " min";
        }
        return seconds < 172_800 ? seconds / 3600 + " h" : seconds / 86_400 + " days";
    }

    /** One of something or many: {@code 1 request}, {@code 37 requests}. */
    public String many(long number, String one, String several) {
        return count(number) + " " + (number == 1 ? one : several);
    }
}
