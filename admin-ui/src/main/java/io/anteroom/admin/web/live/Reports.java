// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.analytics.Report;
import io.anteroom.settings.StoreException;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How the periods went, by pool; read from the database once for all who look, and in the background while somebody
 * watches, so that a slow database delays no live figure. Safe from any thread.
 */
final class Reports {
    private final @Nullable Analytics analytics;
    private final LongSupplier nanoClock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Period, Known> known = new EnumMap<>(Period.class);

    private record Known(@Nullable Report report, long atNanos, boolean isUnderWay) {}

    Reports(@Nullable Analytics analytics, LongSupplier nanoClock) {
        this.analytics = analytics;
        this.nanoClock = nanoClock;
    }

    boolean isCounting() {
        return analytics != null;
    }

    /** Not older than the period says, or null if nobody counts or the database does not answer. */
    @Nullable Report now(Period period) {
        Known last = last(period);
        return last != null && !last.isUnderWay() && !isOld(last, period) ? last.report() : read(period);
    }

    /** The last one that is known; an old one is read again meanwhile. */
    @Nullable Report latest(Period period, Executor background) {
        lock.lock();
        try {
            Known last = known.get(period);
            if (last == null || (isOld(last, period) && !last.isUnderWay())) {
                known.put(period, new Known(last == null ? null : last.report(), nanoClock.getAsLong(), true));
                background.execute(() -> {
                    Report unused = read(period);
                });
            }
            return last == null ? null : last.report();
        } finally {
            lock.unlock();
        }
    }

    private boolean isOld(Known last, Period period) {
        return nanoClock.getAsLong() - last.atNanos() > period.fresh().toNanos();
    }

    private @Nullable Known last(Period period) {
        lock.lock();
        try {
            return known.get(period);
        } finally {
            lock.unlock();
        }
    }

    private @Nullable Report read(Period period) {
        Report report = null;
        try {
            report = analytics == null ? null : analytics.summary(null, period.figures());
        } catch (StoreException e) {
            System.getLogger(Reports.class.getName()).log(System.Logger.Level.DEBUG, "the analytics cannot be read", e);
        }
        lock.lock();
        try {
            known.put(period, new Known(report, nanoClock.getAsLong(), false));
        } finally {
            lock.unlock();
        }
        return report;
    }
}
