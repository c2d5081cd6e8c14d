// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.analytics.Figures;
import io.anteroom.admin.analytics.Report;
import io.anteroom.admin.web.live.Words.Counted;
import io.anteroom.admin.web.parts.Bar;
import io.anteroom.admin.web.parts.StateWord;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Puts into words how pools stand. */
final class Standings {
    private Standings() {}

    /**
     * One pool.
     *
     * @param report how the period went, or null if nobody knows
     */
    static PoolNow of(Pool pool, PoolSnapshot now, @Nullable Report report) {
        Figures figures = report == null ? null : report.byPool().getOrDefault(pool.name(), new Figures());
        PoolSettings settings = pool.settings();
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("waiting", Words.FORMAT.count(now.waiting()));
        texts.put("most", Words.bound(settings.maxWaiting()));
        texts.put("running", Words.FORMAT.count(now.running()));
        texts.put("slots", Words.FORMAT.count(now.usableSlots()));
        texts.put("estimate", Words.estimate(now));
        texts.put("range", Words.range(now));
        texts.put("away", Words.FORMAT.count(now.away()));
        texts.put("bytes", Words.bytes(now.waitingBytes()));
        texts.put("run", Words.FORMAT.duration(now.meanRun()));
        texts.put("p50", Words.quantile(figures, 0.5));
        texts.put("p95", Words.quantile(figures, 0.95));
        List<Counted> refusals = figures == null ? Words.refusals(now.counts()) : Words.refusals(figures);
        texts.put("refused", Words.FORMAT.count(Words.sum(refusals)));
        texts.put("reasons", Words.joined(refusals));
        for (Priority level : Priority.values()) {
            PoolSnapshot.Depth depth = depth(now, level);
            texts.put("waiting-" + Words.level(level), Words.FORMAT.count(depth.waiting()));
            texts.put("running-" + Words.level(level), Words.FORMAT.count(depth.running()));
        }
        Map<String, Bar> bars = Map.of("levels", levels(now, settings), "slots", slots(now));
        return new PoolNow(pool.name(), Words.state(now), now.mode().name().toLowerCase(Locale.ROOT), texts, bars);
    }

    private static PoolSnapshot.Depth depth(PoolSnapshot now, Priority level) {
        return now.levels().getOrDefault(level, new PoolSnapshot.Depth(0, 0));
    }

    private static Bar slots(PoolSnapshot now) {
        String text = Words.FORMAT.count(now.running()) + " of " + Words.FORMAT.count(now.usableSlots());
        String hint = now.usableSlots() < now.slots() ? "of " + Words.FORMAT.count(now.slots()) + " set" : "";
        return Bar.share(
                text,
                hint,
                now.running(),
                now.usableSlots(),
                now.running() > now.usableSlots() ? StateWord.Tone.WARN : null);
    }

    private static Bar levels(PoolSnapshot now, PoolSettings settings) {
        List<Bar.Value> values = new ArrayList<>();
        for (Priority level : Priority.values()) {
            values.add(new Bar.Value(Words.level(level), depth(now, level).waiting()));
        }
        int most = settings.maxWaiting();
        String hint = now.waiting() == 0
                ? "of " + Words.bound(most)
                : Words.FORMAT.percent((double) now.waiting() / most) + " of " + Words.bound(most);
        // The bar shows the shares of those who wait: of a queue that is large and nearly empty nothing could be seen.
        return Bar.stack(Words.FORMAT.count(now.waiting()) + " waiting", most == 0 ? "no queue" : hint, values, 0);
    }

    /** All pools together. */
    static Map<String, String> total(List<PoolSnapshot> pools, @Nullable Report report) {
        long waiting = 0;
        long running = 0;
        long slots = 0;
        for (PoolSnapshot each : pools) {
            waiting += each.waiting();
            running += each.running();
            slots += each.usableSlots();
        }
        Figures figures = report == null ? null : report.total();
        Map<String, String> texts = new LinkedHashMap<>();
        texts.put("waiting", Words.FORMAT.count(waiting));
        texts.put("running", Words.FORMAT.count(running));
        texts.put("slots", Words.FORMAT.count(slots));
        texts.put("p50", Words.quantile(figures, 0.5));
        texts.put("p95", Words.quantile(figures, 0.95));
        List<Counted> refusals = figures != null ? Words.refusals(figures) : sinceStart(pools);
        texts.put("refused", Words.FORMAT.count(Words.sum(refusals)));
        texts.put("reasons", refusals.isEmpty() ? "none" : Words.joined(refusals));
        return texts;
    }

    private static List<Counted> sinceStart(List<PoolSnapshot> pools) {
        Map<String, Long> sums = new LinkedHashMap<>();
        pools.forEach(pool ->
                Words.refusals(pool.counts()).forEach(each -> sums.merge(each.text(), each.count(), Long::sum)));
        List<Counted> list = new ArrayList<>();
        sums.forEach((text, count) -> list.add(new Counted(text, count)));
        list.sort(Comparator.comparingLong(Counted::count).reversed());
        return list;
    }
}
