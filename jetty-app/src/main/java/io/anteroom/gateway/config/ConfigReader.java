// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import io.anteroom.admission.PoolSettings;
import io.anteroom.gateway.config.GatewayConfig.Listen;
import io.anteroom.gateway.config.GatewayConfig.Log;
import io.anteroom.gateway.config.GatewayConfig.LogFormat;
import io.anteroom.gateway.config.GatewayConfig.PoolBackend;
import io.anteroom.gateway.config.GatewayConfig.PoolFallback;
import io.anteroom.gateway.config.GatewayConfig.Route;
import io.anteroom.gateway.config.GatewayConfig.Shutdown;
import io.anteroom.gateway.config.GatewayConfig.Threads;
import io.anteroom.gateway.config.GatewayConfig.Waiting;
import io.anteroom.gateway.idempotency.IdempotencySettings;
import io.anteroom.servlet.PlaceSettings;
import io.anteroom.servlet.TicketSettings;
import io.anteroom.settings.SettingsException;
import io.anteroom.settings.SettingsText;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Reads {@code anteroom.yaml} as a whole: the answer is a configuration without a mistake, or all the mistakes. */
public final class ConfigReader {
    static final Duration DAY = Duration.ofDays(1);
    static final Duration TICK = Duration.ofMillis(1);
    private static final String ONLY_POOL = "llm";
    private static final long LONGEST = 16L << 20;

    private final List<ConfigProblem> problems = new ArrayList<>();
    private final ProtocolReader protocol = new ProtocolReader();
    private final UnaryOperator<@Nullable String> environment;
    private final Optional<Path> file;

    /** A reader that looks up credentials by the given function, which answers null for a name that is not set. */
    public ConfigReader(UnaryOperator<@Nullable String> environment) {
        this(environment, Optional.empty());
    }

    /**
     * A reader of what stands in a file: what it keeps is beside that, and operators come in, unless it says otherwise.
     */
    public ConfigReader(UnaryOperator<@Nullable String> environment, Optional<Path> file) {
        this.environment = environment;
        this.file = file;
    }

    /** A reader of what stands in a file, which looks up credentials in the environment. */
    public static ConfigReader of(Path file) {
        return new ConfigReader(System::getenv, Optional.of(file));
    }

    /** Reads a file. */
    public static GatewayConfig read(Path file) throws IOException, ConfigException {
        return of(file).parse(text(file));
    }

    /** What stands in a file. */
    public static String text(Path file) throws IOException {
        if (Files.size(file) > LONGEST) {
            throw new IOException(file + " is larger than " + LONGEST + " bytes");
        }
        return Files.readString(file);
    }

    /** What a gateway is told that has nothing but a backend. */
    public static GatewayConfig defaults(URI upstream) {
        try {
            return new ConfigReader(System::getenv).parse("upstream: {url: '" + upstream + "'}");
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    /** Reads a text; a reader reads once. */
    public GatewayConfig parse(String yaml) throws ConfigException {
        Section root = new Section("", new YamlTree(problems).read(yaml), problems);
        GatewayConfig config = config(root);
        root.end();
        if (problems.isEmpty()) {
            checkSettings(config);
        }
        if (!problems.isEmpty()) {
            problems.sort(Comparator.comparingInt(ConfigProblem::line));
            throw new ConfigException(problems);
        }
        return config;
    }

    /** What can be edited later must fit into the document in which it is. */
    private void checkSettings(GatewayConfig config) {
        try {
            SettingsText.check(config.settings());
        } catch (SettingsException e) {
            e.problems()
                    .forEach(p -> problems.add(new ConfigProblem(
                            0, p.path().isEmpty() ? "document" : p.path().replace('_', '-'), p.value(), p.expected())));
        }
    }

    private GatewayConfig config(Section root) {
        UpstreamReader upstreams = new UpstreamReader(root, new BackendReader(environment, file));
        upstreams.read();
        FallbackReader fallbackReader = new FallbackReader(upstreams);
        Map<String, PoolBackend> backends = new LinkedHashMap<>();
        Map<String, PoolFallback> fallbacks = new LinkedHashMap<>();
        Map<String, PoolSettings> pools = pools(root, upstreams, (name, section) -> {
            protocol.pool(name, section);
            UpstreamGroup upstream = upstreams.ofPool(name, section);
            putUnlessNull(backends, name, PoolReader.backend(section.section("backend"), upstream));
            putUnlessNull(fallbacks, name, fallbackReader.read(name, section, upstream));
        });
        Listen listen = listen(root.section("listen"));
        return new GatewayConfig(
                listen,
                upstreams.all(),
                pools,
                backends,
                fallbacks,
                routes(root, pools.keySet()),
                models(root, pools.keySet()),
                CallerReader.read(root),
                LimitReader.settings(root),
                root.list("trusted-proxies", "a network as 10.0.0.0/8 or an address", Networks::checked),
                waiting(root.section("waiting")),
                protocol.read(root),
                shutdown(root.section("shutdown")),
                log(root.section("log")),
                OperatorReader.retention(root.section("retention")),
                new OperatorReader(environment, file).read(root, listen));
    }

    private static Listen listen(Section section) {
        Listen listen = new Listen(
                section.text("host", "127.0.0.1"),
                section.count("port", 8080, 0, 65_535),
                section.yes("http2", true),
                section.choice("threads", Threads.ASYNC, Map.of("async", Threads.ASYNC, "virtual", Threads.VIRTUAL)),
                section.count("max-connections", 20_000, 1, 1_000_000),
                (int) section.bytes("max-head", 8192, 1 << 20),
                section.duration("head-within", Duration.ofSeconds(10), TICK, DAY),
                section.duration("idle", Duration.ofSeconds(30), TICK, DAY),
                section.bytes("max-body", 32L << 20, 1L << 40),
                section.bytes("slowest-body", 1024, 1L << 30),
                idempotency(section.section("idempotency")));
        if (listen.threads() == Threads.VIRTUAL && Runtime.version().feature() < 21) {
            section.problem(
                    "threads",
                    "async: virtual threads need JDK 21, this is "
                            + Runtime.version().feature());
        }
        section.end();
        return listen;
    }

    private static IdempotencySettings idempotency(Section section) {
        IdempotencySettings usual = IdempotencySettings.OFF;
        IdempotencySettings settings = new IdempotencySettings(
                section.list("paths", "a path as /v1/* or /v1/chat/completions", Networks::checkedPath),
                section.duration("keep-for", usual.keepFor(), Duration.ZERO, DAY),
                (int) section.bytes("max-answer", usual.maxAnswer(), 1 << 30),
                section.bytes("max-bytes", usual.maxBytes(), 1L << 40));
        section.end();
        return settings;
    }

    private static <T> void putUnlessNull(Map<String, T> map, String name, @Nullable T value) {
        if (value != null) {
            map.put(name, value);
        }
    }

    /** Reads the pools; the other keys of each, which are not the pool's own, are read by {@code others}. */
    private static Map<String, PoolSettings> pools(
            Section root, UpstreamReader upstreams, BiConsumer<String, Section> others) {
        Map<String, PoolSettings> pools = new LinkedHashMap<>();
        root.named("pools").forEach((name, section) -> {
            if (!name.matches("[a-z0-9][a-z0-9._-]{0,63}")) {
                root.section("pools").problem(name, "a name of a-z, 0-9, dot, dash and underscore");
            }
            others.accept(name, section);
            pools.put(name, PoolReader.read(section, slots(upstreams.all().ofPool(name))));
            section.end();
        });
        int usual = slots(upstreams.all().usual());
        return pools.isEmpty() ? Map.of(ONLY_POOL, PoolSettings.ofSlots(usual)) : pools;
    }

    /** What a pool has that does not say: what its backends serve at once, if they say so. */
    private static int slots(UpstreamGroup group) {
        return group.slots() > 0 ? group.slots() : 8;
    }

    private static List<Route> routes(Section root, Set<String> pools) {
        if (!root.has("routes")) {
            if (pools.size() > 1) {
                root.problem("routes", "routes to the pools " + String.join(", ", pools));
            }
            return List.of(new Route("/v1/*", pools.iterator().next()));
        }
        List<Route> routes = new ArrayList<>();
        for (Section section : root.sections("routes")) {
            String path = section.scalar("path", "a path as /v1/* or /v1/chat/completions", "", Networks::checkedPath);
            String pool = section.text("pool", pools.iterator().next());
            if (!section.has("path")) {
                section.problem("path", "a path as /v1/*");
            }
            if (!pools.contains(pool)) {
                section.problem("pool", "one of " + String.join(", ", pools));
            }
            section.end();
            routes.add(new Route(path, pool));
        }
        return routes;
    }

    private static Map<String, String> models(Section root, Set<String> pools) {
        Map<String, String> models = new LinkedHashMap<>();
        for (Section section : root.sections("models")) {
            String model = LimitReader.models(section, "model");
            String pool = section.text("pool", pools.iterator().next());
            if (!section.has("model") || models.containsKey(model)) {
                section.problem("model", "a model as llama-3, llama* or *, each once");
            }
            if (!pools.contains(pool)) {
                section.problem("pool", "one of " + String.join(", ", pools));
            }
            section.end();
            models.put(model, pool);
        }
        return models;
    }

    private Waiting waiting(Section section) {
        protocol.waiting(section);
        Waiting waiting = new Waiting(
                section.duration("commit-after", Duration.ofSeconds(10), Duration.ZERO, Duration.ofSeconds(45)),
                section.duration("heartbeat", Duration.ofSeconds(10), Duration.ofMillis(100), Duration.ofSeconds(30)),
                section.duration("write-idle", Duration.ofSeconds(60), Duration.ofMillis(100), Duration.ofHours(1)),
                (int) section.bytes("max-buffered-body", 1 << 20, 1 << 30),
                section.yes("strangers-may-raise", false),
                places(section),
                tickets(section));
        section.end();
        return waiting;
    }

    private static TicketSettings tickets(Section section) {
        TicketSettings usual = TicketSettings.DEFAULT;
        String base = section.text("endpoints", usual.base());
        boolean isPath = base.matches("(/[A-Za-z0-9._~-]+)+");
        if (!isPath && !base.equals("off")) {
            section.problem("endpoints", "a path as /queue, or off");
        }
        return new TicketSettings(
                isPath ? base : "",
                section.duration("claim-within", usual.claimWithin(), Duration.ofMillis(100), Duration.ofHours(1)),
                section.count("max-tickets", usual.maxTickets(), 1, Integer.MAX_VALUE),
                section.count("caller-tickets", usual.callerTickets(), 1, Integer.MAX_VALUE));
    }

    private static PlaceSettings places(Section section) {
        PlaceSettings usual = PlaceSettings.DEFAULT;
        return new PlaceSettings(
                section.duration("json-hold", usual.jsonHold(), Duration.ofMillis(100), DAY),
                section.duration("hold-place", usual.holdPlace(), Duration.ZERO, DAY),
                section.duration("return-grace", usual.returnGrace(), Duration.ZERO, Duration.ofHours(1)),
                section.count("max-kept", usual.maxKept(), 0, Integer.MAX_VALUE));
    }

    private static Shutdown shutdown(Section section) {
        Shutdown shutdown = new Shutdown(section.duration("drain", Duration.ofSeconds(30), Duration.ZERO, DAY));
        section.end();
        return shutdown;
    }

    private static Log log(Section section) {
        Log log = new Log(
                section.yes("access", true),
                section.has("file") ? Optional.of(Path.of(section.text("file", ""))) : Optional.empty(),
                section.choice(
                        "level", "info", Map.of("error", "error", "warn", "warn", "info", "info", "debug", "debug")),
                section.choice("format", LogFormat.TEXT, Map.of("text", LogFormat.TEXT, "json", LogFormat.JSON)));
        section.end();
        return log;
    }
}
