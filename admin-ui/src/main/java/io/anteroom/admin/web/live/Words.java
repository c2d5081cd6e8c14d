// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.analytics.Count;
import io.anteroom.admin.analytics.Figures;
import io.anteroom.admin.web.Format;
import io.anteroom.admin.web.parts.StateWord;
import io.anteroom.admission.Estimate;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import io.anteroom.admission.QueueStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What figures are called, for people. */
final class Words {
    static final Format FORMAT = new Format(Instant.EPOCH);
    static final String NONE = "–";

    private Words() {}

    /** Something with how often it happened. */
    record Counted(String text, long count) {}

    static StateWord state(PoolSnapshot now) {
        return switch (now.mode()) {
            case OPEN -> now.waiting() > 0 ? StateWord.note("Queueing").withIcon("queue") : StateWord.ok("Open");
            case HOLDING -> StateWord.hold("Holding");
            case DRAINING -> StateWord.warn("Draining").withIcon("drain");
            case CLOSED -> StateWord.bad("Rejecting").withIcon("stop");
        };
    }

    static String level(Priority level) {
        return level.name().toLowerCase(Locale.ROOT);
    }

    static String words(Enum<?> code) {
        return code.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** What one waits for. */
    static String waitsFor(QueueStatus.Limit limit) {
        return switch (limit) {
            case SLOTS -> "a free slot";
            case KEY_RUNNING -> "its key's running limit";
            case IP_RUNNING -> "its address's running limit";
            case HOLDING -> "the pool to be resumed";
            case RETURN -> "its caller to come back";
            case NOT_YET -> "its earliest moment";
        };
    }

    /** What a newcomer of normal priority would wait. */
    static String estimate(PoolSnapshot now) {
        if (now.mode() == PoolMode.DRAINING || now.mode() == PoolMode.CLOSED) {
            return "refused";
        }
        if (now.mode() == PoolMode.HOLDING) {
            return "until resumed";
        }
        return now.estimate().map(Words::likely).orElse("not known yet");
    }

    private static String likely(Estimate estimate) {
        return estimate.likely().isZero() ? "no wait" : FORMAT.duration(estimate.likely());
    }

    static String range(PoolSnapshot now) {
        return now.mode() != PoolMode.OPEN
                ? ""
                : now.estimate().map(Words::range).orElse("");
    }

    static String range(Estimate estimate) {
        return estimate.high().isZero()
                ? ""
                : FORMAT.duration(estimate.low()) + " to " + FORMAT.duration(estimate.high());
    }

    static String rest(Optional<Estimate> estimate) {
        return estimate.map(known -> known.likely().toMillis() < 100 ? "soon" : FORMAT.duration(known.likely()))
                .orElse(NONE);
    }

    static String quantile(@Nullable Figures figures, double share) {
        return figures == null || figures.waits().count() == 0
                ? NONE
                : FORMAT.duration(figures.waits().quantile(share));
    }

    /** Why requests got no slot, the most frequent first. */
    static List<Counted> refusals(Figures figures) {
        Map<String, Long> counts = new TreeMap<>();
        figures.refusals().forEach((reason, count) -> counts.put(reason.replace('_', ' '), count));
        for (Count count : List.of(Count.EXPIRED, Count.SHED, Count.CANCELLED)) {
            counts.merge(count == Count.EXPIRED ? "wait timeout" : words(count), figures.count(count), Long::sum);
        }
        return sorted(counts);
    }

    /** The same since the pool began. */
    static List<Counted> refusals(PoolSnapshot.Counts counts) {
        Map<String, Long> byReason = new TreeMap<>();
        counts.refused().forEach((code, count) -> byReason.put(words(code), count));
        return sorted(byReason);
    }

    private static List<Counted> sorted(Map<String, Long> counts) {
        List<Counted> list = new ArrayList<>();
        counts.forEach((text, count) -> {
            if (count > 0) {
                list.add(new Counted(text, count));
            }
        });
        list.sort(Comparator.comparingLong(Counted::count).reversed());
        return list;
    }

    static long sum(List<Counted> refusals) {
        return refusals.stream().mapToLong(Counted::count).sum();
    }

    static String joined(List<Counted> refusals) {
        return refusals.stream()
                .limit(3)
                .map(each -> each.text() + " " + FORMAT.count(each.count()))
                .collect(Collectors.joining(", "));
    }

    /** A bound as people read it. */
    static String bound(long most) {
        return most >= Integer.MAX_VALUE ? "no limit" : FORMAT.count(most);
    }

    static String requests(long count) {
        return FORMAT.many(count, "request", "requests");
    }

    static String bytes(long bytes) {
        if (bytes < 1024) {
            return bytes + " B";
        }
        return bytes < 1 << 20 ? (bytes >> 10) + " KiB" : FORMAT.number(bytes / 1_048_576.0) + " MiB";
    }

    /** A reason that an operator gives: one line. */
    static String line(String text) {
        String line = text.replaceAll("[\\p{Cntrl}\\p{Cf}\\u2028\\u2029]+", " ").strip();
        return line.substring(0, Math.min(line.length(), 200));
    }
}
