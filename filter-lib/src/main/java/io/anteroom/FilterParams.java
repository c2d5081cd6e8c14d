// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import io.anteroom.protocol.EnginePriority;
import io.anteroom.protocol.ProtocolSettings;
import io.anteroom.protocol.StatusMode;
import io.anteroom.rate.ModelName;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.DoorSettings;
import io.anteroom.servlet.Fallback;
import io.anteroom.servlet.PlaceSettings;
import io.anteroom.servlet.Routes;
import io.anteroom.servlet.TicketSettings;
import io.anteroom.servlet.WaitStrategy;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The init-params of a filter in {@code web.xml}; {@code docs/filter.md} lists them.
 *
 * @param anteroom what they describe
 * @param drainTimeout how long those who run are waited for when the container stops
 */
record FilterParams(Anteroom anteroom, Duration drainTimeout) {
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration LONGEST_DRAIN = Duration.ofHours(24);
    private static final Pattern POOL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

    /**
     * Reads them all.
     *
     * @throws ServletException with every problem, if there are any
     */
    static FilterParams read(FilterConfig config) throws ServletException {
        Map<String, String> texts = new HashMap<>();
        Collections.list(config.getInitParameterNames())
                .forEach(name -> texts.put(name, config.getInitParameter(name)));
        ParamReader reader = new ParamReader(texts);
        Anteroom.Builder builder = Anteroom.builder();
        pools(reader, builder);
        Duration[] drainTimeout = {DRAIN_TIMEOUT};
        door(reader, builder);
        reader.duration("drain-timeout", value -> {
            DoorSettings.check("drain-timeout", value, Duration.ZERO, LONGEST_DRAIN);
            drainTimeout[0] = value;
        });
        List<String> problems = reader.problems();
        if (problems.isEmpty()) {
            try {
                return new FilterParams(builder.build(), drainTimeout[0]);
            } catch (IllegalArgumentException e) {
                problems.add(e.getMessage());
            }
        }
        throw new ServletException("filter " + config.getFilterName() + ": " + problems.size()
                + (problems.size() == 1 ? " problem" : " problems") + " in its init-params:\n  "
                + String.join("\n  ", problems));
    }

    private static void pools(ParamReader reader, Anteroom.Builder builder) {
        List<String> names = names(reader);
        Claims routes = new Claims(reader, Routes::checkPath, path -> path.equals("*") ? "/*" : path, builder::route);
        Claims models = new Claims(reader, Routes::checkModel, ModelName::canonical, builder::routeModel);
        List<String> ofTheOnly = reader.list("routes");
        if (names.size() > 1 && !ofTheOnly.isEmpty()) {
            reader.problem("routes: " + ofTheOnly + " (expected: " + names.get(0) + ".routes, with several pools)");
        } else {
            routes.take("routes", names.get(0));
        }
        Map<String, EnginePriority> engines = new HashMap<>();
        for (String name : names) {
            reader.choice(name + ".engine-priority", EnginePriority.class, engine -> engines.put(name, engine));
            builder.pool(name, new PoolParams(reader, name).read());
            routes.take(name + ".routes", name);
            fallback(reader, builder, name);
            models.take(name + ".models", name);
        }
        protocol(reader, builder, engines);
    }

    /** The pools; those whose names cannot be keys are only told. */
    private static List<String> names(ParamReader reader) {
        Set<String> names = new LinkedHashSet<>();
        for (String name : reader.list("pools")) {
            if (!POOL.matcher(name).matches()) {
                reader.problem("pools: " + name + " (expected: names of at most 64 of A-Z a-z 0-9 . _ -)");
            } else if (!names.add(name)) {
                reader.problem("pools: " + name + " (expected: each name once)");
            }
        }
        return names.isEmpty() ? List.of("default") : List.copyOf(names);
    }

    /** What leads to pools: each path, and each model, to one. */
    private record Claims(
            ParamReader reader,
            Consumer<String> check,
            UnaryOperator<String> meaning,
            BiConsumer<String, String> route,
            Map<String, String> owners) {
        Claims(
                ParamReader reader,
                Consumer<String> check,
                UnaryOperator<String> meaning,
                BiConsumer<String, String> route) {
            this(reader, check, meaning, route, new HashMap<>());
        }

        void take(String key, String pool) {
            for (String pattern : reader.list(key)) {
                reader.checkedAs(key + ": " + pattern, () -> {
                    check.accept(pattern);
                    String owner = owners.putIfAbsent(meaning.apply(pattern), pool);
                    if (owner != null && !owner.equals(pool)) {
                        throw new IllegalArgumentException(
                                key + ": " + pattern + " (expected: one pool for each; it is that of " + owner + ")");
                    }
                    route.accept(pattern, pool);
                });
            }
        }
    }

    private static void fallback(ParamReader reader, Anteroom.Builder builder, String pool) {
        List<String> fallback = reader.list(pool + ".fallback");
        String[] model = new String[1];
        int[] most = new int[1];
        OnTimeout[] onTimeout = {OnTimeout.ERROR};
        reader.text(pool + ".fallback-model", text -> model[0] = text);
        reader.number(pool + ".fallback-most", 0, 1_000_000, value -> most[0] = value.intValue());
        reader.choice(pool + ".on-timeout", OnTimeout.class, wanted -> onTimeout[0] = wanted);
        boolean isDefault = onTimeout[0] == OnTimeout.FALLBACK;
        if (fallback.size() > 2) {
            reader.problem(pool + ".fallback: " + fallback + " (expected: a name, and a path if there is one)");
        } else if (fallback.isEmpty() && (isDefault || model[0] != null || most[0] != 0)) {
            reader.problem(pool + ".fallback: missing (expected: a name, and a path if there is one)");
        } else if (!fallback.isEmpty()) {
            String path = fallback.size() > 1 ? fallback.get(1) : null;
            String shown = pool + ".fallback: " + String.join(", ", fallback);
            reader.checkedAs(
                    model[0] == null ? shown : shown + " with the model '" + model[0] + "'",
                    () -> builder.fallback(pool, new Fallback(fallback.get(0), path, model[0], isDefault, most[0])));
        }
    }

    /** What becomes of requests that do not say. */
    private enum OnTimeout {
        ERROR,
        FALLBACK
    }

    private static void protocol(ParamReader reader, Anteroom.Builder builder, Map<String, EnginePriority> engines) {
        ProtocolSettings[] settings = {ProtocolSettings.DEFAULT.withEngines(engines)};
        reader.choice("status", Shown.class, mode -> settings[0] = settings[0].withStatus(mode.mode));
        reader.oneOf(
                "status-on-full",
                List.of(503L, 429L),
                status -> settings[0] = settings[0].withStatuses(status, settings[0].statusOnTimeout()));
        reader.oneOf(
                "status-on-timeout",
                List.of(503L, 504L, 429L),
                status -> settings[0] = settings[0].withStatuses(settings[0].statusOnFull(), status));
        Map<String, String> aliases = new HashMap<>();
        for (String alias : reader.list("aliases")) {
            int equals = alias.indexOf('=');
            if (equals < 0) {
                reader.problem("aliases: " + alias + " (expected: /path=/meant)");
            } else {
                aliases.put(alias.substring(0, equals), alias.substring(equals + 1));
            }
        }
        if (!aliases.isEmpty()) {
            reader.checked(() -> settings[0] = settings[0].withAliases(aliases));
        }
        builder.protocol(settings[0]);
    }

    private static void door(ParamReader reader, Anteroom.Builder builder) {
        List<String> proxies = reader.list("trusted-proxies");
        reader.checked(() -> builder.trustedProxies(proxies));
        reader.bytes(
                "max-buffered-body",
                DoorSettings.MAX_BUFFERED_BODY,
                value -> builder.maxBufferedBody(value.intValue()));
        reader.duration("commit-after", value -> {
            DoorSettings.checkCommitAfter(value);
            builder.commitAfter(value);
        });
        reader.duration("heartbeat", value -> {
            DoorSettings.checkHeartbeat(value);
            builder.heartbeat(value);
        });
        reader.duration("write-idle", value -> {
            DoorSettings.checkWriteIdle(value);
            builder.writeIdle(value);
        });
        places(reader, builder);
        tickets(reader, builder);
        reader.choice("wait-strategy", WaitStrategy.class, builder::waitStrategy);
        reader.flag("force-queue", builder::forceQueue);
        reader.flag("probe", builder::probe);
        reader.choice("callers-are", Trust.class, trust -> {
            builder.policy(trust == Trust.TRUSTED ? CallerPolicy.TRUSTED : CallerPolicy.DEFAULT);
        });
    }

    private static void places(ParamReader reader, Anteroom.Builder builder) {
        PlaceSettings[] places = {PlaceSettings.DEFAULT};
        reader.duration("json-hold", value -> places[0] = places[0].withJsonHold(value));
        reader.duration("hold-place", value -> places[0] = places[0].withHoldPlace(value));
        reader.duration("return-grace", value -> places[0] = places[0].withReturnGrace(value));
        reader.number("max-kept", 0, Integer.MAX_VALUE, value -> places[0] = places[0].withMaxKept(value.intValue()));
        builder.places(places[0]);
    }

    private static void tickets(ParamReader reader, Anteroom.Builder builder) {
        TicketSettings[] tickets = {TicketSettings.DEFAULT};
        reader.text("endpoints", value -> tickets[0] = tickets[0].withBase(value.equals("off") ? "" : value));
        reader.duration("claim-within", value -> tickets[0] = tickets[0].withClaimWithin(value));
        reader.number("max-tickets", 1, Integer.MAX_VALUE, value -> {
            tickets[0] = tickets[0].withBounds(value.intValue(), tickets[0].callerTickets());
        });
        reader.number("caller-tickets", 1, Integer.MAX_VALUE, value -> {
            tickets[0] = tickets[0].withBounds(tickets[0].maxTickets(), value.intValue());
        });
        builder.tickets(tickets[0]);
    }

    /** The modes for those who do not ask. */
    private enum Shown {
        NONE(StatusMode.NONE),
        COMMENT(StatusMode.COMMENT),
        CHUNK(StatusMode.CHUNK),
        EVENT(StatusMode.EVENT);

        private final StatusMode mode;

        Shown(StatusMode mode) {
            this.mode = mode;
        }
    }

    private enum Trust {
        STRANGERS,
        TRUSTED
    }
}
