// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.event.Notice;
import io.anteroom.gateway.config.UpstreamGroup;
import io.anteroom.gateway.config.UpstreamGroup.Health;
import io.anteroom.gateway.config.UpstreamGroups;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class GroupTest {
    private static final String THREE =
            "upstreams: {g: {urls: [http://a:1, http://b:2, http://c:3], health: {every: 1s, slow-start: 10s}%s}}";

    private static Call must(World world, Wanted wanted) {
        return Objects.requireNonNull(world.group().enter(wanted, Set.of()));
    }

    @Test
    void enter_alike_spreadsEvenly() {
        World world = new World(THREE.formatted(""));

        assertThat(world.spread(30)).containsOnly(Map.entry("g-1", 10), Map.entry("g-2", 10), Map.entry("g-3", 10));
    }

    @Test
    void enter_weights_spreadsByThem() {
        World world = new World("upstreams: {g: {backends: [{url: http://a:1, weight: 3}, {url: http://b:2}]}}");

        assertThat(world.spread(40)).containsOnly(Map.entry("g-1", 30), Map.entry("g-2", 10));
    }

    @Test
    void enter_slotsTaken_prefersTheOther() {
        World world = new World(
                "upstreams: {g: {backends: [{url: http://a:1, slots: 2, weight: 100}, {url: http://b:2, slots: 8}]}}");

        assertThat(world.spread(10)).containsOnly(Map.entry("g-1", 2), Map.entry("g-2", 8));
    }

    @Test
    void enter_equalLoad_prefersTheOneThatSaysItHasLessToDo() {
        World world = new World(THREE.formatted(""));
        world.waiting.put("http://a:1", 3);
        world.waiting.put("http://c:3", 1);

        assertThat(world.enter().backend().name()).isEqualTo("g-2");
    }

    @Test
    void enter_stickyPrefix_staysAndSpreads() {
        World world = new World(THREE.formatted(", choice: sticky"));
        Set<String> used = new HashSet<>();

        for (long prefix = 0; prefix < 50; prefix++) {
            Wanted wanted = new Wanted(null, Choosing.mix(prefix));
            Call first = must(world, wanted);
            first.left();
            Call second = must(world, wanted);
            second.left();
            used.add(first.backend().name());
            assertThat(second.backend().name()).isEqualTo(first.backend().name());
        }

        assertThat(used).hasSize(3);
    }

    @Test
    void enter_stickyPrefix_ofBackendThatStays_isNotMovedByOneThatGoes() {
        World world = new World(THREE.formatted(", choice: sticky"));
        Map<Long, String> before = new HashMap<>();
        for (long prefix = 0; prefix < 100; prefix++) {
            Call call = must(world, new Wanted(null, Choosing.mix(prefix)));
            before.put(prefix, call.backend().name());
            call.left();
        }

        world.upstreams.drain("g-2");

        before.forEach((prefix, name) -> {
            Call call = must(world, new Wanted(null, Choosing.mix(prefix)));
            call.left();
            if (name.equals("g-2")) {
                assertThat(call.backend().name()).isNotEqualTo("g-2");
            } else {
                assertThat(call.backend().name()).isEqualTo(name);
            }
        });
    }

    @Test
    void enter_stickyPrefixOfAll_isBoundByTheBalance() {
        World world = new World(THREE.formatted(", choice: sticky, sticky-percent: 125"));
        Map<String, Integer> spread = new HashMap<>();
        List<Call> calls = new ArrayList<>();

        for (int i = 0; i < 30; i++) {
            Call call = must(world, new Wanted(null, 7L));
            calls.add(call);
            spread.merge(call.backend().name(), 1, Integer::sum);
        }

        assertThat(spread.values()).allMatch(count -> count <= 13);
        assertThat(spread.values()).anyMatch(count -> count >= 12);
        calls.forEach(Call::left);
    }

    @Test
    void enter_models_goesWhereTheyAre_underTheirNames() {
        World world = new World("""
                upstreams:
                  g:
                    aliases: {gpt-4: large}
                    backends:
                      - {url: http://a:1, models: {large: llama-70b}}
                      - {url: http://b:2, models: [small]}
                """);

        Call large = must(world, new Wanted("gpt-4", null));
        Call small = must(world, new Wanted("small", null));

        assertThat(large.backend().name()).isEqualTo("g-1");
        assertThat(large.model()).isEqualTo("llama-70b");
        assertThat(small.backend().name()).isEqualTo("g-2");
        assertThat(small.model()).as("already its name").isNull();
        assertThat(world.group().knows("other")).isFalse();
        assertThat(world.group().enter(new Wanted("other", null), Set.of())).isNull();
    }

    @Test
    void check_failsAsOftenAsItMay_isDown_andToldOnce() {
        World world = new World(THREE.formatted(""));
        world.live(Duration.ofSeconds(2));
        world.ill.put(1, "check: status 503");

        world.live(Duration.ofMillis(1900));
        assertThat(world.view("g-1").state()).isEqualTo("up");
        world.live(Duration.ofSeconds(5));

        assertThat(world.view("g-1").state()).isEqualTo("down");
        assertThat(world.view("g-1").lastError()).isEqualTo("check: status 503");
        assertThat(world.spread(20)).containsOnlyKeys("g-2", "g-3");
        assertThat(world.notices).singleElement().satisfies(notice -> {
            assertThat(notice.type()).isEqualTo(Notice.UPSTREAM_DOWN);
            assertThat(notice.subject()).isEqualTo("http://a:1");
            assertThat(notice.facts()).containsEntry("group", "g").containsEntry("backend", "g-1");
        });
    }

    @Test
    void connections_fail_isDownWithoutWaitingForChecks() {
        World world = new World(THREE.formatted(""));
        for (int i = 0; i < 3; i++) {
            Call call = Objects.requireNonNull(world.group().enter(Wanted.ANYTHING, Set.of("g-2", "g-3")));
            call.failed("upstream_unreachable", true, Duration.ZERO);
            call.left();
        }

        assertThat(world.view("g-1").state()).isEqualTo("down");
        assertThat(world.view("g-1").failed()).isEqualTo(3);
    }

    @Test
    void recovered_startsSlowly() {
        World world = new World(THREE.formatted(""));
        world.ill.put(1, "check: status 503");
        world.live(Duration.ofSeconds(5));
        world.ill.clear();
        world.live(Duration.ofMillis(2200));

        assertThat(world.view("g-1").state()).isEqualTo("starting");
        assertThat(world.spread(30).get("g-1")).isBetween(1, 3);
        world.live(Duration.ofSeconds(5));
        assertThat(world.spread(30).get("g-1")).isBetween(5, 8);
        world.live(Duration.ofSeconds(6));
        assertThat(world.spread(30).get("g-1")).isEqualTo(10);
        assertThat(world.view("g-1").state()).isEqualTo("up");
        assertThat(world.notices).extracting(Notice::type).containsExactly(Notice.UPSTREAM_DOWN, Notice.UPSTREAM_UP);
    }

    @Test
    void drain_getsNothingNew_andEndsWhatItHas() {
        World world = new World(THREE.formatted(""));
        Call running = Objects.requireNonNull(world.group().enter(Wanted.ANYTHING, Set.of("g-2", "g-3")));

        assertThat(world.upstreams.drain("g-1")).isTrue();
        assertThat(world.upstreams.drain("nobody")).isFalse();

        assertThat(world.spread(20)).containsOnlyKeys("g-2", "g-3");
        assertThat(world.view("g-1").state()).isEqualTo("draining");
        running.left();
        running.left();
        assertThat(world.view("g-1").state()).isEqualTo("drained");
        assertThat(world.view("g-1").inFlight()).isZero();
        world.upstreams.resume("g-1");
        assertThat(world.spread(30)).containsKey("g-1");
    }

    @Test
    void isSure_onceSomebodyHasLooked() {
        World world = new World(THREE.formatted(""));
        assertThat(world.group().isSure()).isFalse();
        world.ill.put(1, "refused");
        world.ill.put(2, "refused");
        world.upstreams.drain("g-3");

        world.live(Duration.ofSeconds(1));
        assertThat(world.group().isSure()).as("none that is well can be used").isFalse();
        world.upstreams.resume("g-3");

        assertThat(world.group().isSure()).isTrue();
        assertThat(new World("upstream: {url: 'http://a:1'}").group().isSure())
                .as("nobody looks")
                .isTrue();
    }

    /** The reader refuses such a path; whatever else stops a check must not stop those that come after it. */
    @Test
    void check_thatCannotBeMade_isAFailure_andTheNextComes() {
        World world = new World(THREE.formatted(""));
        UpstreamGroup group = world.group().settings();
        Health impossible = new Health("/{", Duration.ofSeconds(1), Duration.ofSeconds(1), 1, 1, Duration.ZERO);
        world.upstreams.apply(UpstreamGroups.of(with(group, impossible)));

        world.live(Duration.ofSeconds(2));
        assertThat(world.view("g-1").state()).isEqualTo("down");
        world.upstreams.apply(UpstreamGroups.of(with(group, group.health())));
        world.live(Duration.ofSeconds(5));

        assertThat(world.view("g-1").state()).isNotEqualTo("down");
        assertThat(world.spread(30)).containsOnlyKeys("g-1", "g-2", "g-3");
    }

    private static UpstreamGroup with(UpstreamGroup group, Health health) {
        return new UpstreamGroup(
                group.name(),
                group.backends(),
                group.aliases(),
                group.headers(),
                group.timeouts(),
                group.choice(),
                health,
                group.retry(),
                group.breaker(),
                group.holdsWhenDown(),
                group.then());
    }

    @Test
    void apply_changed_keepsWhatIsKnown_dropsAndAdds() {
        World world = new World(THREE.formatted(""));
        Call running = Objects.requireNonNull(world.group().enter(Wanted.ANYTHING, Set.of("g-2", "g-3")));
        Call gone = Objects.requireNonNull(world.group().enter(Wanted.ANYTHING, Set.of("g-1", "g-3")));

        world.upstreams.apply(World.config(
                "upstreams: {g: {backends: [{name: g-1, url: http://a:1}, {name: new, url: http://d:4}]}}"));

        assertThat(world.view("g-1").inFlight()).isEqualTo(1);
        assertThat(world.upstreams.views()).extracting(UpstreamView::name).containsExactly("g-1", "new");
        gone.failed("upstream_closed", false, Duration.ZERO);
        gone.left();
        running.left();
        assertThat(world.view("g-1").inFlight()).isZero();
        assertThat(world.spread(4)).containsOnlyKeys("g-1", "new");
    }
}
