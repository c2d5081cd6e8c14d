// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.analytics.AnalyticsStore;
import io.anteroom.admin.analytics.CallerKind;
import io.anteroom.admin.analytics.Minute;
import io.anteroom.admin.store.Database;
import io.anteroom.admin.store.JdbcAnalyticsStore;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Priority;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueEvent.Kind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Asks how the last 30 days went. */
final class AnalyticsQuery {
    private static final long DAY = 1440;
    private static final int TEMPLATES = 40;
    private static final int CALLERS = 300;
    private static final int REQUESTS = 400;
    private static final double MOST_MILLIS = 100;
    private static final List<String> POOLS = List.of("chat", "embeddings", "batch");

    private final SplittableRandom random = new SplittableRandom(11);
    private final AtomicInteger used = new AtomicInteger();

    private AnalyticsQuery() {}

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) throws IOException {
        boolean quick = List.of(args).contains("--quick");
        Path directory = Files.createTempDirectory("analytics-query");
        boolean holds;
        try (Database database = Database.inDirectory(directory)) {
            holds = new AnalyticsQuery().run(new JdbcAnalyticsStore(database), quick ? 4 : 30, quick ? 50 : 200);
        } finally {
            delete(directory);
        }
        System.exit(holds ? 0 : 1);
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    private boolean run(AnalyticsStore store, int days, int times) {
        long now = Instant.now().getEpochSecond() / 60;
        long begin = System.nanoTime();
        fill(store, now, days);
        System.out.printf(
                Locale.ROOT,
                "filled with %,d minutes of %d pools in %d s%n",
                days * DAY,
                POOLS.size(),
                (System.nanoTime() - begin) / 1_000_000_000);
        Duration period = Duration.ofDays(days);
        Instant to = Instant.ofEpochSecond(now * 60);
        boolean holds = true;
        try (Analytics analytics =
                Analytics.builder().store(store).node("reader").start()) {
            holds &= measure("summary", times, () -> analytics.summary(null, period));
            holds &= measure("summary of a pool", times, () -> analytics.summary("chat", period));
            holds &= measure(
                    "chart by hours",
                    times,
                    () -> analytics.query(null, null, to.minus(period), to, Duration.ofHours(1)));
            holds &= measure("callers", times, () -> analytics.topCallers(CallerKind.KEY, null, period, 20));
        }
        return holds;
    }

    private void fill(AnalyticsStore store, long now, int days) {
        List<Minute> templates = templates();
        for (long day = days; day > 0; day--) {
            List<Minute> minutes = new ArrayList<>();
            for (long minute = now - day * DAY; minute < now - (day - 1) * DAY; minute++) {
                for (String pool : POOLS) {
                    Minute like = templates.get(random.nextInt(templates.size()));
                    minutes.add(new Minute(pool, minute, like.levels(), like.lists()));
                }
            }
            store.write("writer", day, minutes);
            store.forget(now - DAY * days - DAY, now - (day - 1) * DAY);
        }
    }

    /** Minutes as a busy gateway writes them. */
    private List<Minute> templates() {
        List<Minute> templates = new ArrayList<>();
        for (int i = 0; i < TEMPLATES; i++) {
            List<Minute> written = new ArrayList<>();
            try (Analytics analytics =
                    Analytics.builder().store(new Keeping(written)).start()) {
                for (int request = 0; request < REQUESTS; request++) {
                    request(analytics);
                }
            }
            templates.add(written.get(written.size() - 1));
        }
        return templates;
    }

    private void request(Analytics analytics) {
        String key = "key-" + (int) (CALLERS * Math.pow(random.nextDouble(), 3));
        Priority level = Priority.values()[random.nextInt(4)];
        long waited = (long) Math.exp(random.nextDouble() * 11);
        analytics.on(event(Kind.QUEUED, key, level, 0, 0));
        if (random.nextInt(20) == 0) {
            analytics.on(event(Kind.EXPIRED, key, level, waited, 0));
        } else {
            analytics.on(event(Kind.ADMITTED, key, level, waited, 0));
            analytics.on(event(Kind.RELEASED, key, level, waited, (long) Math.exp(random.nextDouble() * 11)));
        }
    }

    private static QueueEvent event(Kind kind, String key, Priority level, long waited, long ran) {
        return new QueueEvent(
                kind,
                "id",
                "pool",
                Caller.of(key, "10.0." + key.length() + "." + key.hashCode() % 100),
                level,
                null,
                Duration.ofMillis(waited),
                1,
                Duration.ofMillis(ran),
                null);
    }

    private interface Question {
        Object ask();
    }

    private boolean measure(String name, int times, Question question) {
        double[] millis = new double[times];
        for (int i = -10; i < times; i++) {
            long begin = System.nanoTime();
            Object answer = question.ask();
            long end = System.nanoTime();
            used.addAndGet(answer.hashCode());
            if (i >= 0) {
                millis[i] = (end - begin) / 1e6;
            }
        }
        Arrays.sort(millis);
        double most = millis[(int) Math.ceil(0.95 * times) - 1];
        boolean holds = most <= MOST_MILLIS;
        System.out.printf(
                Locale.ROOT,
                "%s: median %.1f ms, p95 %.1f ms (goal: at most %.0f ms): %s%n",
                name,
                millis[times / 2],
                most,
                MOST_MILLIS,
                holds ? "holds" : "falls short");
        return holds;
    }

    /** Keeps what is written as it is. */
    private record Keeping(List<Minute> written) implements AnalyticsStore {
        @Override
        public void write(String node, long batch, List<Minute> minutes) {
            written.addAll(minutes);
        }

        @Override
        public boolean isLast(String node, long batch) {
            return false;
        }

        @Override
        public void read(List<Range> ranges, @Nullable String pool, Rows rows) {}

        @Override
        public List<byte[]> lists(List<Range> ranges, @Nullable String pool, CallerKind kind) {
            return List.of();
        }

        @Override
        public void forget(long before, long now) {}
    }
}
