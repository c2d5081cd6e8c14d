// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admission.Pool;
import io.anteroom.admission.Priority;
import io.anteroom.admission.WaitingTicket;
import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Who waits in each pool: asked at most twice a second however many look, as listing ten thousand takes a pool's own
 * lock for milliseconds. Safe from any thread.
 */
final class Backlog {
    /** More than these are not listed; the pool's figures say how many there are. */
    static final int MOST = 100_000;

    private static final long FRESH_NANOS = Duration.ofMillis(500).toNanos();
    private static final int MOST_POOLS = 256;

    private final LiveSources sources;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Known> known = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Known> eldest) {
            return size() > MOST_POOLS;
        }
    };

    private record Known(List<WaitingTicket> tickets, long atNanos, boolean isLearned) {}

    /**
     * Which of them are meant.
     *
     * @param text a part of the caller's name, the model, the request's id, the address or the batch, in lower case;
     *     empty for all
     * @param level a level, or null for all
     */
    record Filter(String text, @Nullable Priority level) {
        static final Filter ALL = new Filter("", null);

        static Filter of(String text, String level) {
            String cut = text.strip().toLowerCase(Locale.ROOT);
            Priority known = null;
            for (Priority each : Priority.values()) {
                known = Words.level(each).equals(level) ? each : known;
            }
            return new Filter(cut.substring(0, Math.min(cut.length(), 100)), known);
        }

        boolean isAll() {
            return text.isEmpty() && level == null;
        }

        String levelWord() {
            return level == null ? "" : Words.level(level);
        }
    }

    Backlog(LiveSources sources) {
        this.sources = sources;
    }

    /** Those who wait, in order. */
    List<WaitingTicket> of(Pool pool) {
        return of(pool, false);
    }

    /** The same, after other servers have been asked for what they know of them. */
    private List<WaitingTicket> learned(Pool pool) {
        return of(pool, true);
    }

    private List<WaitingTicket> of(Pool pool, boolean isLearned) {
        lock.lock();
        try {
            long now = sources.nanoClock().getAsLong();
            Known last = known.get(pool.name());
            if (last == null || now - last.atNanos() > FRESH_NANOS) {
                last = new Known(pool.waiting(MOST), now, false);
                known.put(pool.name(), last);
            }
            if (isLearned && !last.isLearned()) {
                sources.facts().learn(pool.name(), last.tickets());
                known.put(pool.name(), new Known(last.tickets(), last.atNanos(), true));
            }
            return last.tickets();
        } finally {
            lock.unlock();
        }
    }

    /** Somebody has changed it. */
    void forget(Pool pool) {
        lock.lock();
        try {
            known.remove(pool.name());
        } finally {
            lock.unlock();
        }
    }

    /** Those who fit, in order. */
    List<WaitingTicket> of(Pool pool, Filter filter) {
        List<WaitingTicket> all = learned(pool);
        return filter.isAll()
                ? all
                : all.stream().filter(ticket -> fits(pool, ticket, filter)).toList();
    }

    /** Those of the tickets who still wait, as of this very moment. */
    List<WaitingTicket> of(Pool pool, List<Long> tickets) {
        forget(pool);
        return learned(pool).stream()
                .filter(ticket -> tickets.contains(ticket.id()))
                .toList();
    }

    private boolean fits(Pool pool, WaitingTicket ticket, Filter filter) {
        if (filter.level() != null && ticket.priority() != filter.level()) {
            return false;
        }
        if (filter.text().isEmpty()) {
            return true;
        }
        LiveSources.Facts.Known facts = sources.facts().find(pool.name(), ticket.id());
        return has(sources.names().apply(ticket.key()), filter)
                || has(ticket.ip(), filter)
                || has(ticket.batch(), filter)
                || (facts != null && (has(facts.id(), filter) || has(facts.model(), filter)));
    }

    private static boolean has(@Nullable String text, Filter filter) {
        return text != null && text.toLowerCase(Locale.ROOT).contains(filter.text());
    }

    /** How those who wait are sorted. */
    static Comparator<WaitingTicket> order(String sort) {
        Comparator<WaitingTicket> order = switch (sort.startsWith("-") ? sort.substring(1) : sort) {
            case "waited" ->
                Comparator.comparing((WaitingTicket ticket) -> ticket.status().waited());
            case "level" -> Comparator.comparing(WaitingTicket::priority);
            default ->
                Comparator.comparingInt(
                        (WaitingTicket ticket) -> ticket.status().position());
        };
        Comparator<WaitingTicket> wanted = sort.startsWith("-") ? order.reversed() : order;
        return wanted.thenComparingLong(WaitingTicket::id);
    }
}
