// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import io.anteroom.event.Notice;
import io.anteroom.gateway.config.ConfigException;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.UpstreamGroups;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Upstreams in a time of their own, whose backends are as well as the test says. */
final class World {
    final List<Notice> notices = new ArrayList<>();
    final Map<String, Integer> waiting = new HashMap<>();
    /** What is wrong with the backends, by their port. */
    final Map<Integer, String> ill = new HashMap<>();

    int checks;
    final Upstreams upstreams;
    private long now = 1_000_000_000L;

    World(String yaml) {
        Surroundings around = new Surroundings(
                () -> now,
                Clock.fixed(Instant.EPOCH, ZoneOffset.UTC),
                new SplittableRandom(1),
                url -> waiting.getOrDefault(url.toString(), 0),
                notices::add);
        upstreams = new Upstreams(config(yaml), around);
        upstreams.probe(probe());
    }

    static UpstreamGroups config(String yaml) {
        try {
            return new ConfigReader(name -> null).parse(yaml).upstream();
        } catch (ConfigException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    Probe probe() {
        return this::probe;
    }

    private void probe(URI url, Duration within, Consumer<@Nullable String> answer) {
        checks++;
        answer.accept(ill.get(url.getPort()));
    }

    long nowNanos() {
        return now;
    }

    void pass(Duration time) {
        now += time.toNanos();
    }

    /** Lets time pass, with all checks that are due in it. */
    void live(Duration time) {
        for (Duration passed = Duration.ZERO; passed.compareTo(time) < 0; passed = passed.plusMillis(100)) {
            pass(Duration.ofMillis(100));
            upstreams.tick();
        }
    }

    Group group() {
        return upstreams.group(null, false);
    }

    @Nullable Call enter() {
        return group().enter(Wanted.ANYTHING, Set.of());
    }

    /** How many of so many requests at once go to each. */
    Map<String, Integer> spread(int requests) {
        Map<String, Integer> spread = new HashMap<>();
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            Call call = enter();
            if (call != null) {
                calls.add(call);
                spread.merge(call.backend().name(), 1, Integer::sum);
            }
        }
        calls.forEach(Call::left);
        return spread;
    }

    UpstreamView view(String backend) {
        return upstreams.views().stream()
                .filter(view -> view.name().equals(backend))
                .findFirst()
                .orElseThrow();
    }
}
