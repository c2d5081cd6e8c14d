// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import io.anteroom.protocol.EnginePriority;
import io.anteroom.protocol.ProtocolSettings;
import io.anteroom.protocol.StatusMode;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Fallback;
import io.anteroom.servlet.PlaceSettings;
import io.anteroom.servlet.TicketSettings;
import io.anteroom.servlet.WaitStrategy;
import jakarta.servlet.FilterConfig;
import jakarta.servlet.ServletException;
import java.time.Duration;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The init-params of a filter in {@code web.xml}; {@code docs/filter.md} lists them.
 *
 * @param anteroom what they describe
 * @param drainTimeout how long those who run are waited for when the container stops
 */
record FilterParams(Anteroom anteroom, Duration drainTimeout) {
    private static final Duration DRAIN_TIMEOUT = Duration.ofSeconds(5);

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
        reader.duration("drain-timeout", value -> drainTimeout[0] = value);
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
        List<String> named = reader.list("pools");
        List<String> names = named.isEmpty() ? List.of("default") : named;
        List<String> routes = reader.list("routes");
        if (names.size() > 1 && !routes.isEmpty()) {
            reader.problem("routes: " + routes + " (expected: " + names.get(0) + ".routes, with several pools)");
        } else {
            routes.forEach(path -> builder.route(path, names.get(0)));
        }
        Map<String, EnginePriority> engines = new HashMap<>();
        for (String name : names) {
            reader.choice(name + ".engine-priority", EnginePriority.class, engine -> engines.put(name, engine));
            builder.pool(name, new PoolParams(reader, name).read());
            reader.list(name + ".routes").forEach(path -> builder.route(path, name));
            fallback(reader, builder, name);
            reader.list(name + ".models").forEach(model -> builder.routeModel(model, name));
        }
        protocol(reader, builder, engines);
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
            reader.checked(
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
        reader.number(
                "status-on-full",
                429,
                503,
                status -> settings[0] = settings[0].withStatuses(status.intValue(), settings[0].statusOnTimeout()));
        reader.number(
                "status-on-timeout",
                429,
                504,
                status -> settings[0] = settings[0].withStatuses(settings[0].statusOnFull(), status.intValue()));
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
        reader.bytes("max-buffered-body", Integer.MAX_VALUE, value -> builder.maxBufferedBody(value.intValue()));
        reader.duration("commit-after", builder::commitAfter);
        reader.duration("heartbeat", builder::heartbeat);
        reader.duration("write-idle", builder::writeIdle);
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
