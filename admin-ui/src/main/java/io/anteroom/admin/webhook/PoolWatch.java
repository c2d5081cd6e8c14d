// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.event.Notice;
import io.anteroom.webhook.WatchSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Looks at one pool now and then and tells what changed for the better or the worse: each change once, and no two of
 * them closer together than the settings say, but for a queue that fills up. Not thread-safe.
 */
final class PoolWatch {
    /** A queue that has refused nobody for so long is not full any more. */
    private static final long CALM_NANOS = TimeUnit.SECONDS.toNanos(10);

    private static final List<Refusal.Code> FOR_WANT_OF_ROOM =
            List.of(Refusal.Code.QUEUE_FULL, Refusal.Code.QUEUE_BYTES_FULL, Refusal.Code.SHED);

    private final String pool;
    private final Map<Priority, Long> timeouts = new EnumMap<>(Priority.class);
    private State state = State.WELL;
    private boolean isFirst = true;
    private boolean isStalled;
    private long refused;
    private long refusedAt;
    private long admitted;
    private long movedAt;
    private long since;
    private long timeoutsSince;

    private enum State {
        WELL,
        HIGH_USAGE,
        FULL
    }

    PoolWatch(String pool) {
        this.pool = pool;
    }

    /**
     * What a look finds.
     *
     * @param settings what the pool is set to
     * @param snapshot how it is
     * @param expired how many have waited in vain since the last look, by level
     */
    record Look(PoolSettings settings, PoolSnapshot snapshot, Map<Priority, Long> expired) {}

    List<Notice> look(Look look, WatchSettings watch, long now) {
        List<Notice> notices = new ArrayList<>();
        long before = refused;
        refused = refused(look.snapshot());
        if (isFirst) {
            // What happened before somebody looked is not told as if it happened now.
            isFirst = false;
            before = refused;
            since = now - watch.leastInterval().toNanos();
            admitted = look.snapshot().counts().admitted();
            movedAt = now;
        }
        fullness(look, watch, now, Math.max(0, refused - before), notices);
        standstill(look, watch, now, notices);
        timeouts(look, watch, now, notices);
        return notices;
    }

    private static long refused(PoolSnapshot snapshot) {
        return FOR_WANT_OF_ROOM.stream()
                .mapToLong(code -> snapshot.counts().refused().getOrDefault(code, 0L))
                .sum();
    }

    private void fullness(Look look, WatchSettings watch, long now, long newlyRefused, List<Notice> notices) {
        double percent = 100 * Math.max(usage(look), bytesUsage(look));
        if (newlyRefused > 0) {
            refusedAt = now;
            if (state != State.FULL) {
                notices.add(become(State.FULL, now, Notice.QUEUE_FULL, facts(look, "refused", newlyRefused)));
            }
            return;
        }
        boolean mayChange = now - since >= watch.leastInterval().toNanos();
        if (state == State.WELL && percent >= watch.highUsagePercent() && mayChange) {
            notices.add(become(State.HIGH_USAGE, now, Notice.QUEUE_HIGH_USAGE, facts(look)));
        } else if (state != State.WELL
                && mayChange
                && percent <= watch.highUsagePercent() - watch.marginPercent()
                && (state != State.FULL || now - refusedAt >= CALM_NANOS)) {
            Map<String, Object> facts = facts(look, "was", state.name().toLowerCase(Locale.ROOT));
            facts.put("after_ms", TimeUnit.NANOSECONDS.toMillis(now - since));
            notices.add(become(State.WELL, now, Notice.QUEUE_RECOVERED, facts));
        }
    }

    private Notice become(State next, long now, String type, Map<String, Object> facts) {
        state = next;
        since = now;
        return new Notice(type, pool, facts);
    }

    private void standstill(Look look, WatchSettings watch, long now, List<Notice> notices) {
        PoolSnapshot snapshot = look.snapshot();
        boolean hasMoved = snapshot.counts().admitted() != admitted;
        boolean couldMove = snapshot.mode() == PoolMode.OPEN
                && snapshot.usableSlots() > 0
                && snapshot.waiting() - snapshot.away() > 0;
        admitted = snapshot.counts().admitted();
        if (hasMoved || !couldMove) {
            if (isStalled) {
                isStalled = false;
                Map<String, Object> facts = facts(look, "was", "stalled");
                facts.put("after_ms", TimeUnit.NANOSECONDS.toMillis(now - movedAt));
                notices.add(new Notice(Notice.QUEUE_RECOVERED, pool, facts));
            }
            movedAt = now;
        } else if (!isStalled && now - movedAt >= watch.stalledAfter().toNanos()) {
            isStalled = true;
            Map<String, Object> facts = facts(look, "for_ms", TimeUnit.NANOSECONDS.toMillis(now - movedAt));
            facts.put("running", snapshot.running());
            facts.put("slots", snapshot.usableSlots());
            notices.add(new Notice(Notice.QUEUE_STALLED, pool, facts));
        }
    }

    private void timeouts(Look look, WatchSettings watch, long now, List<Notice> notices) {
        if (timeouts.isEmpty()) {
            timeoutsSince = now;
        }
        look.expired().forEach((level, count) -> timeouts.merge(level, count, Long::sum));
        Duration window = watch.timeoutsEvery();
        if (timeouts.isEmpty() || now - timeoutsSince < window.toNanos()) {
            return;
        }
        Map<String, Object> byLevel = new HashMap<>();
        timeouts.forEach((level, count) -> byLevel.put(level.name().toLowerCase(Locale.ROOT), count));
        long count = timeouts.values().stream().mapToLong(Long::longValue).sum();
        Map<String, Object> facts = facts(look, "count", count);
        facts.put("by_level", byLevel);
        facts.put("period_ms", TimeUnit.NANOSECONDS.toMillis(now - timeoutsSince));
        notices.add(new Notice(Notice.QUEUE_TIMEOUT, pool, facts));
        timeouts.clear();
    }

    private Map<String, Object> facts(Look look, String key, Object value) {
        Map<String, Object> facts = facts(look);
        facts.put(key, value);
        return facts;
    }

    /** What every notice of a queue tells: no more of a request than that it counts. */
    private Map<String, Object> facts(Look look) {
        Map<String, Object> facts = new HashMap<>();
        facts.put(Notice.POOL, pool);
        facts.put("current_size", look.snapshot().waiting());
        facts.put("max_size", look.settings().maxWaiting());
        facts.put("utilization", rounded(usage(look)));
        facts.put("bytes_utilization", rounded(bytesUsage(look)));
        return facts;
    }

    private static double usage(Look look) {
        int most = look.settings().maxWaiting();
        return most == 0 ? 0 : (double) look.snapshot().waiting() / most;
    }

    private static double bytesUsage(Look look) {
        long most = look.settings().maxWaitingBytes();
        return most == 0 ? 0 : (double) look.snapshot().waitingBytes() / most;
    }

    private static double rounded(double share) {
        return Math.round(share * 10_000) / 10_000.0;
    }
}
