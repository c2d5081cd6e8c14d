// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static io.anteroom.gateway.config.ConfigReader.DAY;
import static io.anteroom.gateway.config.ConfigReader.TICK;

import io.anteroom.gateway.config.GatewayConfig.Timeouts;
import io.anteroom.gateway.config.UpstreamGroup.Backend;
import io.anteroom.gateway.config.UpstreamGroup.Breaker;
import io.anteroom.gateway.config.UpstreamGroup.Choice;
import io.anteroom.gateway.config.UpstreamGroup.Headers;
import io.anteroom.gateway.config.UpstreamGroup.Health;
import io.anteroom.gateway.config.UpstreamGroup.Next;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads the block {@code upstream} and the blocks of {@code upstreams}. */
final class UpstreamReader {
    private static final String NAME = "a name of a-z, 0-9, dot, dash and underscore";
    private static final String GROUP = "the name of another group";
    private static final int MANY = 1_000_000;
    private static final int MOST_NEXT = 4;

    private final Section root;
    private final BackendReader backends;
    private final Map<String, UpstreamGroup> groups = new LinkedHashMap<>();
    private final Map<String, String> ofPools = new LinkedHashMap<>();
    private final Map<String, String> ofFallbacks = new LinkedHashMap<>();

    UpstreamReader(Section root, BackendReader backends) {
        this.root = root;
        this.backends = backends;
    }

    /** Reads all groups; must come before anything else. */
    void read() {
        Map<String, Section> sections = new LinkedHashMap<>();
        if (root.has("upstream") || !root.has("upstreams")) {
            // A single backend was left alone before there were groups, and is so unless the file says otherwise.
            Section section = root.section("upstream");
            sections.put(UpstreamGroups.DEFAULT, section);
            put(group(UpstreamGroups.DEFAULT, section, Health.OFF, Breaker.OFF));
        }
        root.named("upstreams").forEach((name, section) -> {
            boolean isTaken = sections.putIfAbsent(name, section) != null;
            if (!name.matches("[a-z0-9][a-z0-9._-]{0,63}") || isTaken) {
                root.section("upstreams").problem(name, isTaken ? "another name: upstream is that group" : NAME);
            }
            put(group(name, section, Health.DEFAULT, Breaker.DEFAULT));
        });
        sections.forEach(this::checkNext);
        if (groups.isEmpty()) {
            root.problem("upstreams", "at least one group");
            put(new UpstreamGroup(
                    UpstreamGroups.DEFAULT,
                    List.of(BackendReader.MISSING),
                    Map.of(),
                    Headers.NONE,
                    Timeouts.DEFAULT,
                    Choice.LEAST_LOADED,
                    Health.OFF,
                    UpstreamGroup.Retry.DEFAULT,
                    Breaker.OFF,
                    false,
                    List.of()));
        }
    }

    private void put(UpstreamGroup group) {
        groups.put(group.name(), group);
    }

    /** Notes which group a pool goes to. */
    UpstreamGroup ofPool(String pool, Section section) {
        UpstreamGroup usual = all().usual();
        if (!section.has("upstream")) {
            return usual;
        }
        UpstreamGroup own = groups.get(section.text("upstream", ""));
        if (own == null) {
            section.problem("upstream", "one of " + String.join(", ", groups.keySet()));
            return usual;
        }
        ofPools.put(pool, own.name());
        return own;
    }

    /** Notes where requests of a pool go on when their longest wait is over. */
    void ofFallback(String pool, UpstreamGroup group) {
        groups.putIfAbsent(group.name(), group);
        ofFallbacks.put(pool, group.name());
    }

    /** A group by its name, or empty. */
    Optional<UpstreamGroup> find(String name) {
        return Optional.ofNullable(groups.get(name));
    }

    BackendReader backends() {
        return backends;
    }

    /** Everything that has been read. */
    UpstreamGroups all() {
        return new UpstreamGroups(groups, ofPools, ofFallbacks);
    }

    private UpstreamGroup group(String name, Section section, Health health, Breaker breaker) {
        List<Backend> read = backends.read(name, section);
        UpstreamGroup group = new UpstreamGroup(
                name,
                read,
                section.texts("aliases", "a model's name", BackendReader::model),
                headers(section),
                timeouts(section.section("timeouts")),
                choice(section),
                health(section.section("health"), health),
                RetryReader.read(section.section("retry")),
                breaker(section.section("breaker"), breaker),
                section.choice("when-down", false, Map.of("refuse", false, "hold", true)),
                next(section));
        section.end();
        return group;
    }

    private static Headers headers(Section section) {
        return new Headers(
                section.choice(
                        "key-header",
                        "Authorization",
                        Map.of("authorization", "Authorization", "x-api-key", "x-api-key", "api-key", "api-key")),
                section.yes("forward-client-key", false),
                section.yes("forward-host", false));
    }

    private static Timeouts timeouts(Section section) {
        Timeouts usual = Timeouts.DEFAULT;
        Timeouts timeouts = new Timeouts(
                section.duration("connect", usual.connect(), TICK, DAY),
                section.duration("first-byte", usual.firstByte(), TICK, DAY),
                section.duration("idle", usual.idle(), TICK, DAY),
                section.duration("total", usual.total(), Duration.ZERO, DAY));
        section.end();
        return timeouts;
    }

    private static Choice choice(Section section) {
        boolean isSticky = section.choice("choice", false, Map.of("least-loaded", false, "sticky", true));
        int bytes = section.count("sticky-bytes", 1024, 1, 1 << 20);
        int percent = section.count("sticky-percent", 125, 100, 1000);
        for (String key : List.of("sticky-bytes", "sticky-percent")) {
            if (section.has(key) && !isSticky) {
                section.problem(key, "nothing, without choice: sticky");
            }
        }
        return isSticky ? new Choice(bytes, percent / 100.0) : Choice.LEAST_LOADED;
    }

    private static Health health(Section section, Health usual) {
        Health otherwise = section.isEmpty() ? usual : Health.DEFAULT;
        Health health = new Health(
                section.scalar("path", "a path as /health", otherwise.path(), UpstreamReader::path),
                section.duration("every", otherwise.every(), Duration.ZERO, DAY),
                section.duration("within", otherwise.within(), TICK, DAY),
                section.count("down-after", otherwise.downAfter(), 1, 1000),
                section.count("up-after", otherwise.upAfter(), 1, 1000),
                section.duration("slow-start", otherwise.slowStart(), Duration.ZERO, DAY));
        if (health.isOn() && health.every().compareTo(Duration.ofMillis(100)) < 0) {
            section.problem("every", "0 for never, or a time from 100ms");
        }
        section.end();
        return health;
    }

    /** What can stand behind the host of an address, or null. */
    private static @Nullable String path(String text) {
        if (!text.matches("/[\\x21-\\x7e]{0,255}")) {
            return null;
        }
        try {
            return new URI("http://127.0.0.1" + text).getRawFragment() == null ? text : null;
        } catch (URISyntaxException e) {
            return null;
        }
    }

    private static Breaker breaker(Section section, Breaker usual) {
        Breaker otherwise = section.isEmpty() ? usual : Breaker.DEFAULT;
        Breaker breaker = new Breaker(
                section.count("failure-percent", otherwise.failurePercent(), 0, 100),
                section.count("slow-percent", otherwise.slowPercent(), 1, 100),
                section.duration("slow", otherwise.slow(), TICK, DAY),
                section.count("window", otherwise.window(), 2, 10_000),
                section.count("least", otherwise.least(), 1, 10_000),
                section.duration("open", otherwise.open(), TICK, Duration.ofHours(1)),
                section.count("probes", otherwise.probes(), 1, 1000));
        if (breaker.least() > breaker.window()) {
            section.problem("least", "at most the window, " + breaker.window());
        }
        section.end();
        return breaker;
    }

    private static List<Next> next(Section section) {
        List<Next> next = new ArrayList<>();
        for (Section one : section.sections("then")) {
            String group = one.text("group", "");
            String model = one.scalar("model", BackendReader.MODEL, "", BackendReader::model);
            one.end();
            next.add(new Next(group, model.isEmpty() ? Optional.empty() : Optional.of(model)));
        }
        if (next.size() > MOST_NEXT) {
            section.problem("then", "at most " + MOST_NEXT + " groups");
        }
        return next;
    }

    /** Every group that others go on to must be there, and nobody goes on in a circle. */
    private void checkNext(String name, Section section) {
        UpstreamGroup group = groups.get(name);
        if (group == null) {
            return;
        }
        Set<String> known = new LinkedHashSet<>(groups.keySet());
        known.remove(name);
        for (Next next : group.then()) {
            if (!known.contains(next.group())) {
                section.problem("then", known.isEmpty() ? GROUP : "groups among " + String.join(", ", known));
            }
        }
    }

    static int many() {
        return MANY;
    }
}
