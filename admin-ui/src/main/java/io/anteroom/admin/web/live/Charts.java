// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.analytics.Count;
import io.anteroom.admin.analytics.Figures;
import io.anteroom.admin.analytics.Point;
import io.anteroom.admin.analytics.Second;
import io.anteroom.admin.web.live.Chart.Row;
import io.anteroom.admission.Pool;
import io.anteroom.admission.Priority;
import io.anteroom.settings.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes charts of what the last seconds and the analytics say. Safe from any thread. */
final class Charts {
    private static final DateTimeFormatter SECOND =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
    /** More lines than colours tell nothing apart. */
    private static final int MOST_SERIES = 4;

    private static final List<String> FLOW = List.of("arrived", "admitted", "refused or expired");

    private final Depths depths;
    private final @Nullable Analytics analytics;

    Charts(Depths depths, @Nullable Analytics analytics) {
        this.depths = depths;
        this.analytics = analytics;
    }

    /**
     * The beginnings of the last whole steps of a period, in seconds. The one under way is left out: what has come of
     * it so far would look as if everything had stopped.
     */
    private static List<Long> steps(Period period, Instant now, int most) {
        long step = period.step().toSeconds();
        long last = (Math.floorDiv(now.getEpochSecond(), step) - 1) * step;
        int count = (int) Math.min(most, period.length().toSeconds() / step);
        List<Long> steps = new ArrayList<>();
        for (int i = count - 1; i >= 0; i--) {
            steps.add(last - i * step);
        }
        return steps;
    }

    private static String unit(Period period) {
        long seconds = period.step().toSeconds();
        return seconds == 1 ? "second" : seconds < 60 ? seconds + " s" : Words.FORMAT.duration(period.step());
    }

    private static String label(Period period, long second) {
        return (period.isOfSeconds() ? SECOND : MINUTE).format(Instant.ofEpochSecond(second));
    }

    /** How many wait in each level of a pool, the most in each step; only the last steps if so many are wanted. */
    Chart levels(String pool, Period period, Instant now, int most) {
        List<String> names = Arrays.stream(Priority.values()).map(Words::level).toList();
        List<Row> rows = new ArrayList<>();
        List<Long> steps = steps(period, now, most);
        List<List<Point>> points = period.isOfSeconds() ? List.of() : ofLevels(pool, period, steps);
        for (int i = 0; i < steps.size(); i++) {
            List<@Nullable Long> values = new ArrayList<>();
            if (period.isOfSeconds()) {
                long[] peaks = depths.peaks(
                        pool, steps.get(i), steps.get(i) + period.step().toSeconds());
                for (int level = 0; level < names.size(); level++) {
                    values.add(peaks[level] < 0 ? null : peaks[level]);
                }
            } else {
                for (List<Point> each : points) {
                    values.add(i < each.size() ? each.get(i).figures().peakWaiting() : null);
                }
            }
            rows.add(new Row(label(period, steps.get(i)), values));
        }
        return new Chart("levels", "Waiting by level", "requests", true, names, rows);
    }

    private List<List<Point>> ofLevels(String pool, Period period, List<Long> steps) {
        List<List<Point>> points = new ArrayList<>();
        for (Priority level : Priority.values()) {
            points.add(query(pool, level, period, steps));
        }
        return points;
    }

    private List<Point> query(@Nullable String pool, @Nullable Priority level, Period period, List<Long> steps) {
        Analytics counting = analytics;
        if (counting == null || steps.isEmpty()) {
            return List.of();
        }
        try {
            return counting.query(pool, level, begin(steps), end(period, steps), period.step());
        } catch (StoreException e) {
            // The page says so by an empty chart; the store's own state is told elsewhere.
            return List.of();
        }
    }

    private static Instant begin(List<Long> steps) {
        return Instant.ofEpochSecond(steps.get(0));
    }

    private static Instant end(Period period, List<Long> steps) {
        return Instant.ofEpochSecond(steps.get(steps.size() - 1)).plus(period.step());
    }

    /** How many wait in each of the pools; those beyond the first four together. */
    Chart pools(Collection<Pool> pools, Period period, Instant now, int most) {
        List<String> names = new ArrayList<>();
        pools.stream().limit(MOST_SERIES).forEach(pool -> names.add(pool.name()));
        if (pools.size() > MOST_SERIES) {
            names.add("others");
        }
        List<Long> steps = steps(period, now, most);
        Map<String, List<Long>> stored = period.isOfSeconds() ? null : mostWaiting(period, steps);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < steps.size(); i++) {
            List<@Nullable Long> each = new ArrayList<>();
            for (Pool pool : pools) {
                each.add(
                        period.isOfSeconds()
                                ? waiting(pool.name(), period, steps.get(i))
                                : waiting(pool.name(), stored, i));
            }
            rows.add(new Row(label(period, steps.get(i)), withOthers(each)));
        }
        return new Chart("pools", "Waiting by pool", "requests", true, names, rows);
    }

    /** The most that waited in each pool in steps of minutes, or null if nobody knows. */
    private @Nullable Map<String, List<Long>> mostWaiting(Period period, List<Long> steps) {
        Analytics counting = analytics;
        if (counting == null || steps.isEmpty()) {
            return null;
        }
        try {
            return counting.mostWaiting(begin(steps), end(period, steps), period.step());
        } catch (StoreException e) {
            return null;
        }
    }

    private static @Nullable Long waiting(String pool, @Nullable Map<String, List<Long>> stored, int step) {
        if (stored == null) {
            return null;
        }
        List<Long> peaks = stored.getOrDefault(pool, List.of());
        return step < peaks.size() ? peaks.get(step) : Long.valueOf(0);
    }

    private @Nullable Long waiting(String pool, Period period, long step) {
        long[] peaks = depths.peaks(pool, step, step + period.step().toSeconds());
        if (peaks[0] < 0) {
            return null;
        }
        return Arrays.stream(peaks, 0, peaks.length - 1).sum();
    }

    /** Those beyond the first few added up. */
    private static List<@Nullable Long> withOthers(List<@Nullable Long> each) {
        if (each.size() <= MOST_SERIES) {
            return each;
        }
        List<@Nullable Long> values = new ArrayList<>(each.subList(0, MOST_SERIES));
        Long others = null;
        for (Long other : each.subList(MOST_SERIES, each.size())) {
            if (other != null) {
                others = others == null ? other : Long.valueOf(others + other);
            }
        }
        values.add(others);
        return values;
    }

    /** What came and what became of it. */
    Chart flow(@Nullable String pool, Period period, Instant now, int most) {
        List<Long> steps = steps(period, now, most);
        List<Row> rows = period.isOfSeconds() ? flowBySeconds(pool, period, steps) : flowByMinutes(pool, period, steps);
        return new Chart("flow", "Requests", "per " + unit(period), false, FLOW, rows);
    }

    private List<Row> flowBySeconds(@Nullable String pool, Period period, List<Long> steps) {
        long length = period.step().toSeconds();
        long[][] sums = new long[steps.size()][FLOW.size()];
        if (analytics != null && !steps.isEmpty()) {
            Duration last = period.step().multipliedBy(steps.size() + 2L);
            for (Second second : analytics.seconds(pool, last)) {
                long at = Math.floorDiv(second.at().getEpochSecond() - steps.get(0), length);
                if (at >= 0 && at < sums.length) {
                    sums[(int) at][0] += second.arrived();
                    sums[(int) at][1] += second.admitted();
                    sums[(int) at][2] += second.failed();
                }
            }
        }
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < sums.length; i++) {
            rows.add(new Row(label(period, steps.get(i)), List.of(sums[i][0], sums[i][1], sums[i][2])));
        }
        return rows;
    }

    private List<Row> flowByMinutes(@Nullable String pool, Period period, List<Long> steps) {
        List<Point> points = query(pool, null, period, steps);
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < points.size() && i < steps.size(); i++) {
            Figures figures = points.get(i).figures();
            long arrived = figures.count(Count.QUEUED) + figures.count(Count.AT_ONCE) + figures.count(Count.REFUSED);
            rows.add(new Row(
                    label(period, steps.get(i)), List.of(arrived, figures.count(Count.ADMITTED), figures.failed())));
        }
        return rows;
    }
}
