// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static io.anteroom.gateway.config.ConfigReader.DAY;

import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Order;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.backend.BackendKind;
import io.anteroom.backend.BackendWatch;
import io.anteroom.gateway.config.GatewayConfig.PoolBackend;
import java.net.URI;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads one pool. */
final class PoolReader {
    static final Map<String, Priority> LEVELS = Map.of(
            "critical", Priority.CRITICAL, "high", Priority.HIGH, "normal", Priority.NORMAL, "low", Priority.LOW);
    static final Map<String, Order> ORDERS =
            Map.of("weighted", Order.WEIGHTED, "strict", Order.STRICT, "flat", Order.FLAT, "fifo", Order.FIFO);
    static final Map<String, OnFull> ON_FULL = Map.of("reject", OnFull.REJECT, "shed", OnFull.SHED_LOWEST);

    private static final int ALL = Integer.MAX_VALUE;

    private static final Map<String, BackendKind> KINDS = Map.of(
            "vllm",
            BackendKind.VLLM,
            "sglang",
            BackendKind.SGLANG,
            "llama-cpp",
            BackendKind.LLAMA_CPP,
            "tgi",
            BackendKind.TGI,
            "ollama",
            BackendKind.OLLAMA);

    private PoolReader() {}

    /** How its backends are asked, if that is said; those of the upstream unless it names others. */
    static @Nullable PoolBackend backend(Section section, UpstreamGroup upstream) {
        if (!section.has("kind")) {
            section.end();
            return null;
        }
        List<URI> own = section.list("urls", "an address as http://127.0.0.1:8000", BackendReader::url);
        PoolBackend backend = new PoolBackend(
                section.choice("kind", BackendKind.VLLM, KINDS),
                section.has("urls") ? own : upstream.urls(),
                section.duration("every", Duration.ofSeconds(1), BackendWatch.SHORTEST, Duration.ofMinutes(1)),
                section.yes("adaptive-slots", false),
                section.count("min-slots", 1, 1, 1_000_000));
        section.end();
        return backend;
    }

    /**
     * Reads everything of it but {@code backend}; the caller ends the section.
     *
     * @param slots how many it has if it does not say
     */
    static PoolSettings read(Section section, int slots) {
        PoolSettings usual = PoolSettings.ofSlots(slots);
        PoolSettings pool = new PoolSettings(
                section.count("slots", usual.slots(), 0, 1_000_000),
                section.choice("order", usual.order(), ORDERS),
                levels(section.section("levels"), usual),
                section.count("max-waiting", usual.maxWaiting(), 0, 10_000_000),
                section.bytes("max-waiting-bytes", usual.maxWaitingBytes(), Long.MAX_VALUE),
                limits(section.section("per-key"), usual.perKey()),
                limits(section.section("per-ip"), usual.perIp()),
                section.choice("on-full", usual.onFull(), ON_FULL),
                section.yes("early-refusal", usual.earlyRefusal()),
                section.duration("longest-run", usual.longestRun(), Duration.ZERO, Duration.ofDays(30)));
        return pool;
    }

    private static Map<Priority, LevelSettings> levels(Section section, PoolSettings usual) {
        Map<Priority, LevelSettings> levels = new EnumMap<>(Priority.class);
        LEVELS.forEach((name, priority) -> levels.put(priority, level(section.section(name), usual.level(priority))));
        section.end();
        return levels;
    }

    private static LevelSettings level(Section section, LevelSettings usual) {
        LevelSettings level = new LevelSettings(
                section.count("weight", usual.weight(), 1, 1000),
                section.duration("longest-wait", usual.longestWait(), Duration.ZERO, DAY),
                section.count("max-waiting", usual.maxWaiting(), 0, ALL),
                section.count("floor-percent", usual.floorPercent(), 0, 50));
        section.end();
        return level;
    }

    private static CallerLimits limits(Section section, CallerLimits usual) {
        CallerLimits limits = new CallerLimits(
                section.count("max-waiting", usual.maxWaiting(), 0, ALL),
                section.count("max-running", usual.maxRunning(), 1, ALL));
        section.end();
        return limits;
    }
}
