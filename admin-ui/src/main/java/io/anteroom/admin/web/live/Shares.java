// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.analytics.CallerFigures;
import io.anteroom.admin.analytics.CallerKind;
import io.anteroom.admin.web.parts.Bar;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.Pool;
import io.anteroom.admission.WaitingTicket;
import io.anteroom.settings.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;

/** Who takes how much of a pool, and who waits: by key, and by address. Safe from any thread. */
final class Shares {
    private static final int MOST = 8;
    private static final int MOST_KNOWN = 200;
    private static final Duration LATELY = Duration.ofMinutes(15);
    private static final long FRESH_NANOS = Duration.ofSeconds(10).toNanos();

    private final LiveSources sources;
    private final Backlog backlog;
    /** What the database says of callers, for all who look. */
    private final Map<Asked, Known> known = new ConcurrentHashMap<>();

    private record Asked(String pool, CallerKind kind) {}

    private record Known(List<CallerFigures> callers, long atNanos) {}

    Shares(LiveSources sources, Backlog backlog) {
        this.sources = sources;
        this.backlog = backlog;
    }

    /**
     * One caller, or one address.
     *
     * @param name what it is called
     * @param waiting how many of its requests wait
     * @param running how many run on this server
     * @param time its share of the slots' time lately
     * @param refused how many of its requests were refused lately, at least
     */
    record Share(String name, long waiting, long running, Bar time, long refused) {}

    /**
     * A table of them.
     *
     * @param title what is told apart
     * @param column what its first column is called
     * @param limits what each may take unless it has limits of its own
     * @param shares those who take the most
     * @param more how many others there are
     */
    record Table(String title, String column, String limits, List<Share> shares, int more) {
        /** Copies the list. */
        Table {
            shares = List.copyOf(shares);
        }
    }

    private static final class Sum {
        long waiting;
        long running;
        long refused;
        long ranMillis;

        long weight() {
            return waiting + running;
        }
    }

    List<Table> of(Pool pool) {
        List<WaitingTicket> waiting = backlog.of(pool);
        return List.of(table(waiting, pool, CallerKind.KEY), table(waiting, pool, CallerKind.IP));
    }

    private Table table(List<WaitingTicket> waiting, Pool pool, CallerKind kind) {
        boolean isIp = kind == CallerKind.IP;
        UnaryOperator<String> names = isIp ? UnaryOperator.identity() : sources.names();
        Map<String, Sum> sums = new HashMap<>();
        for (WaitingTicket ticket : waiting) {
            sum(sums, names.apply(isIp ? ticket.ip() : ticket.key())).waiting++;
        }
        sources.running().of(pool.name(), isIp).forEach((name, count) -> sum(sums, names.apply(name)).running += count);
        for (CallerFigures each : lately(kind, pool)) {
            Sum sum = sum(sums, each.name());
            sum.refused += each.refused();
            sum.ranMillis += each.ran().toMillis();
        }
        long all = sums.values().stream().mapToLong(sum -> sum.ranMillis).sum();
        Comparator<Map.Entry<String, Sum>> order = Comparator.comparingLong(
                        (Map.Entry<String, Sum> each) -> each.getValue().ranMillis)
                .thenComparingLong(each -> each.getValue().weight())
                .reversed();
        List<Share> shares = new ArrayList<>();
        sums.entrySet().stream()
                .sorted(order.thenComparing(Map.Entry.comparingByKey()))
                .limit(MOST)
                .forEach(each -> shares.add(share(each.getKey(), each.getValue(), all)));
        CallerLimits limits = isIp ? pool.settings().perIp() : pool.settings().perKey();
        return new Table(
                isIp ? "By address" : "By key",
                isIp ? "Address" : "Caller",
                "Each may have " + Words.bound(limits.maxWaiting()) + " waiting and " + Words.bound(limits.maxRunning())
                        + " running",
                shares,
                sums.size() - shares.size());
    }

    private static Sum sum(Map<String, Sum> sums, String name) {
        return sums.computeIfAbsent(name, unused -> new Sum());
    }

    private static Share share(String name, Sum sum, long all) {
        double part = all == 0 ? 0 : (double) sum.ranMillis / all;
        Bar bar = Bar.share(Words.FORMAT.percent(part), "", part, 1, null);
        return new Share(name.isEmpty() ? Words.NONE : name, sum.waiting, sum.running, bar, sum.refused);
    }

    private List<CallerFigures> lately(CallerKind kind, Pool pool) {
        Analytics analytics = sources.analytics();
        if (analytics == null) {
            return List.of();
        }
        Asked asked = new Asked(pool.name(), kind);
        long now = sources.nanoClock().getAsLong();
        Known last = known.get(asked);
        if (last != null && now - last.atNanos() < FRESH_NANOS) {
            return last.callers();
        }
        List<CallerFigures> callers;
        try {
            callers = analytics.topCallers(kind, pool.name(), LATELY, MOST * 4);
        } catch (StoreException e) {
            callers = List.of();
        }
        if (known.size() >= MOST_KNOWN) {
            known.clear();
        }
        known.put(asked, new Known(callers, now));
        return callers;
    }
}
