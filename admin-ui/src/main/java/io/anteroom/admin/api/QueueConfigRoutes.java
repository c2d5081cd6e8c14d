// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.store.Role;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.Order;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * GateFlow's {@code queue-config}: a small window on the settings of one pool, the first if none is named. What is left
 * out stays as it is, so that two editors of different members do not undo each other.
 */
final class QueueConfigRoutes {
    private static final List<String> LEVELS =
            Arrays.stream(Priority.values()).map(Json::word).toList();
    private static final int USUAL_SIZE = 1000;
    private static final int UNLIMITED = Integer.MAX_VALUE;

    private final Edits edits;

    QueueConfigRoutes(Edits edits) {
        this.edits = edits;
    }

    /** Fairness between callers. */
    record FairView(
            boolean enabled,
            @Field("null for no limit") @Nullable Integer maxPerKey,
            @Field("null for no limit") @Nullable Integer maxPerIp) {}

    /** The settings of a queue. */
    record ConfigView(
            String pool,
            boolean enabled,
            int maxQueueSize,

            @Field("the longest wait of the default priority")
            long maxWaitMs,

            List<String> priorityLevels,
            String defaultPriority,
            FairView fairQueuing) {}

    /** What to change of fairness. */
    record Fair(
            @Nullable Boolean enabled,
            @Field(min = 0, max = UNLIMITED) @Nullable Integer maxPerKey,
            @Field(min = 0, max = UNLIMITED) @Nullable Integer maxPerIp) {}

    /** What to change. */
    record Config(
            @Field("whether anybody may wait at all") @Nullable Boolean enabled,

            @Field(min = 0, max = 10_000_000) @Nullable Integer maxQueueSize,

            @Field(value = "the longest wait of the default priority", min = 0, max = 86_400_000) @Nullable Long maxWaitMs,

            @Field(value = "all four: they are fixed", max = 4) @Nullable List<String> priorityLevels,

            @Field(oneOf = {"critical", "high", "normal", "low"}) @Nullable String defaultPriority,

            @Nullable Fair fairQueuing) {}

    List<Route> routes() {
        return List.of(
                Route.of("GET", "/queue-config", SettingsRoutes.AREA, Role.VIEWER, "Shows the settings of a queue.")
                        .text("pool", 128, "the first pool if left out")
                        .answers(200, ConfigView.class)
                        .also(404)
                        .by(call -> {
                            Revision now = edits.desk().current();
                            return reply(now, pool(call, now.settings()));
                        }),
                edit("POST", "Changes the settings of a queue; what is left out stays."),
                edit("PATCH", "Changes the settings of a queue; what is left out stays."),
                edit("PUT", "Changes the settings of a queue as they were when they were read.")
                        .ifMatch());
    }

    private Route edit(String method, String summary) {
        return Route.of(method, "/queue-config", SettingsRoutes.AREA, Role.ADMIN, summary)
                .takes(Config.class)
                .text("pool", 128, "the first pool if left out")
                .answers(200, ConfigView.class)
                .also(404)
                .also(409)
                .by(call -> change(call, method.equals("PUT")));
    }

    private static String pool(Call call, Settings settings) {
        String name = call.query("pool");
        if (name == null) {
            return settings.pools().keySet().iterator().next();
        }
        if (!settings.pools().containsKey(name)) {
            throw ApiProblem.missing("pool: unknown (expected: one of "
                    + settings.pools().keySet().stream().limit(20).toList() + ")");
        }
        return name;
    }

    private static PoolSettings of(Settings settings, String pool) {
        PoolSettings known = settings.pools().get(pool);
        if (known == null) {
            throw ApiProblem.missing("pool: gone meanwhile");
        }
        return known;
    }

    private static Reply reply(Revision revision, String name) {
        Settings settings = revision.settings();
        PoolSettings pool = of(settings, name);
        Priority usual = settings.callers().others().priority();
        ConfigView view = new ConfigView(
                name,
                pool.maxWaiting() > 0,
                pool.maxWaiting(),
                pool.level(usual).longestWait().toMillis(),
                LEVELS,
                Json.word(usual),
                new FairView(
                        pool.order() != Order.FIFO,
                        bound(pool.perKey().maxWaiting()),
                        bound(pool.perIp().maxWaiting())));
        return Reply.of(view).with("ETag", Edits.etag(revision));
    }

    private static @Nullable Integer bound(int most) {
        return most == UNLIMITED ? null : most;
    }

    private Reply change(Call call, boolean isWhole) {
        Config wanted = call.body(Config.class);
        List<String> levels = wanted.priorityLevels();
        if (levels != null && !LEVELS.equals(levels)) {
            throw ApiProblem.invalid("priority_levels: not ours (expected: " + LEVELS + ")");
        }
        String[] name = new String[1];
        long base = isWhole ? Edits.base(call) : 0;
        Revision made = edits.change(call, "queue-config", settings -> {
            Revision now = edits.desk().current();
            name[0] = pool(call, settings);
            Settings changed = changed(settings, name[0], wanted);
            if (isWhole && base != now.number()) {
                throw Edits.stale(now, changed);
            }
            return changed;
        });
        return reply(made, name[0]);
    }

    private static Settings changed(Settings settings, String name, Config wanted) {
        Settings changed = settings;
        String priority = wanted.defaultPriority();
        if (priority != null) {
            CallerPolicy others = settings.callers().others();
            Priority level = Priority.valueOf(priority.toUpperCase(Locale.ROOT));
            changed = changed.withCallers(settings.callers().withOthers(others.withPriority(level)));
        }
        Priority usual = changed.callers().others().priority();
        return changed.withPool(name, changed(of(settings, name), wanted, usual));
    }

    private static PoolSettings changed(PoolSettings before, Config wanted, Priority usual) {
        PoolSettings pool = before.withQueue(size(before, wanted), before.maxWaitingBytes());
        Long wait = wanted.maxWaitMs();
        if (wait != null) {
            pool = pool.withLevel(usual, pool.level(usual).withLongestWait(Duration.ofMillis(wait)));
        }
        Fair fair = wanted.fairQueuing();
        return fair == null ? pool : fair(pool, fair);
    }

    private static int size(PoolSettings before, Config wanted) {
        Integer size = wanted.maxQueueSize();
        int most = size == null ? before.maxWaiting() : size;
        if (Boolean.FALSE.equals(wanted.enabled())) {
            return 0;
        }
        return Boolean.TRUE.equals(wanted.enabled()) && most == 0 ? USUAL_SIZE : most;
    }

    private static PoolSettings fair(PoolSettings before, Fair fair) {
        PoolSettings pool = before;
        if (Boolean.FALSE.equals(fair.enabled())) {
            pool = pool.withOrder(Order.FIFO);
        } else if (Boolean.TRUE.equals(fair.enabled()) && pool.order() == Order.FIFO) {
            pool = pool.withOrder(Order.WEIGHTED);
        }
        return pool.withCallers(limits(pool.perKey(), fair.maxPerKey()), limits(pool.perIp(), fair.maxPerIp()));
    }

    private static CallerLimits limits(CallerLimits before, @Nullable Integer mostWaiting) {
        return mostWaiting == null ? before : new CallerLimits(mostWaiting, before.maxRunning());
    }
}
