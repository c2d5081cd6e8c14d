// SPDX-License-Identifier: Apache-2.0
package io.anteroom.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Absence;
import io.anteroom.admission.Audit;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.sim.ScenarioReport.Row;
import io.anteroom.sim.ScenarioWorld.Client;
import io.anteroom.sim.ScenarioWorld.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * What a pool makes of situations that have a name. Each result is a table that is kept as text and compared, so that a
 * change of the rules shows what it does to waits; {@code -Dscenarios.update=true} writes the tables anew. What matters
 * most is asserted besides, so that a bad table cannot be kept unseen.
 */
final class ScenariosTest {
    private static final int ALL = Integer.MAX_VALUE;

    private static void keep(String name, ScenarioWorld world) {
        assertThat(world.machine.running()).as("running at the end").isZero();
        assertThat(world.machine.waiting()).as("waiting at the end").isZero();
        Audit.check(world.machine);
        String table = world.report.table(name);
        try {
            if (Boolean.getBoolean("scenarios.update")) {
                Path file = Path.of("src/test/resources/scenarios", name + ".txt");
                Files.createDirectories(file.getParent());
                Files.writeString(file, table);
                return;
            }
            try (InputStream in = ScenariosTest.class.getResourceAsStream("/scenarios/" + name + ".txt")) {
                assertThat(in)
                        .as("no table for " + name + " yet: run with -Dscenarios.update=true")
                        .isNotNull();
                assertThat(table).isEqualTo(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            throw new AssertionError(name, e);
        }
    }

    /** Everybody who arrived had exactly one end. */
    private static void assertNobodyVanished(ScenarioWorld world, String... groups) {
        for (String group : groups) {
            Row row = world.report.row(group);
            assertThat(row.served + row.refused + row.expired + row.shed + row.lost)
                    .as(group)
                    .isEqualTo(row.arrived);
        }
    }

    private static String level(Priority priority) {
        return priority.ordinal() + " " + priority.name().toLowerCase(Locale.ROOT);
    }

    private static final String[] LEVELS = {"0 critical", "1 high", "2 normal", "3 low"};

    /** Ten keys in each level, a tenth of the rate from critical, two from high, four from normal, three from low. */
    private static void mixed(ScenarioWorld world, double from, double to, double perSecond, double meanCost) {
        double[] shares = {0.1, 0.2, 0.4, 0.3};
        for (Priority priority : Priority.values()) {
            for (int i = 0; i < 10; i++) {
                Client client = Client.of(level(priority), "key-" + i, priority);
                world.traffic(client, from, to, perSecond * shares[priority.ordinal()] / 10, meanCost);
            }
        }
    }

    @Test
    void noisy_neighbour() {
        ScenarioWorld world = new ScenarioWorld(1, PoolSettings.ofSlots(4));
        world.traffic(Client.of("noisy", "noisy", Priority.NORMAL), 0, 600, 10, 1);
        for (int i = 0; i < 9; i++) {
            world.traffic(Client.of("others", "other-" + i, Priority.NORMAL), 0, 600, 0.2, 1);
        }

        world.run();

        Row noisy = world.report.row("noisy");
        Row others = world.report.row("others");
        assertNobodyVanished(world, "noisy", "others");
        assertThat(others.served).as("the others lose nothing").isEqualTo(others.arrived);
        assertThat(others.wait(0.95)).isLessThan(2.5);
        assertThat(noisy.refused + noisy.expired).isGreaterThan(noisy.arrived / 2);
        assertThat(world.report.wasted()).isZero();
        assertThat(world.report.utilisation()).isGreaterThan(0.97);
        keep("noisy_neighbour", world);
    }

    @Test
    void slow_backend_then_recovers() {
        ScenarioWorld world = new ScenarioWorld(2, PoolSettings.ofSlots(8));
        mixed(world, 0, 300, 6, 1);
        mixed(world, 300, 600, 6, 1);
        for (Priority priority : Priority.values()) {
            for (int i = 0; i < 10; i++) {
                Client client = Client.of("after " + level(priority), "key-" + i, priority);
                world.traffic(client, 1000, 1300, 0.15, 1);
            }
        }
        mixed(world, 600, 1000, 6, 1);
        world.at(300, () -> world.slowdown = 5);
        world.at(600, () -> world.slowdown = 1);

        world.run();

        assertNobodyVanished(world, LEVELS);
        for (String level : LEVELS) {
            Row after = world.report.row("after " + level);
            assertThat(after.served).as("served after the recovery, " + level).isEqualTo(after.arrived);
            assertThat(after.wait(0.95)).isLessThan(4);
        }
        assertThat(world.report.wasted()).isZero();
        Row critical = world.report.row("0 critical");
        assertThat(critical.served).isGreaterThan(critical.arrived * 9 / 10);
        keep("slow_backend_then_recovers", world);
    }

    @Test
    void limit_halved_under_load() {
        PoolSettings settings = PoolSettings.ofSlots(8);
        ScenarioWorld world = new ScenarioWorld(3, settings);
        mixed(world, 0, 900, 7.2, 1);
        world.at(300, () -> {
            int running = world.machine.running();
            world.configure(settings.withSlots(4));
            assertThat(world.machine.running()).as("nobody is interrupted").isEqualTo(running);
        });

        world.run();

        assertNobodyVanished(world, LEVELS);
        assertThat(world.report.mostRunning()).isEqualTo(8);
        assertThat(world.report.wasted()).isZero();
        assertThat(world.report.row("0 critical").served)
                .isGreaterThan(world.report.row("0 critical").arrived * 99 / 100);
        assertThat(world.report.row("1 high").served).isGreaterThan(world.report.row("1 high").arrived * 98 / 100);
        keep("limit_halved_under_load", world);
    }

    @Test
    void limit_raised_under_load() {
        PoolSettings settings = PoolSettings.ofSlots(4);
        ScenarioWorld world = new ScenarioWorld(4, settings);
        mixed(world, 0, 600, 7.2, 1);
        world.at(300, () -> {
            assertThat(world.machine.waiting()).isGreaterThan(4);
            world.configure(settings.withSlots(12));
            assertThat(world.machine.running()).as("raising admits at once").isEqualTo(12);
        });

        world.run();

        assertNobodyVanished(world, LEVELS);
        assertThat(world.report.mostRunning()).isEqualTo(12);
        assertThat(world.report.wasted()).isZero();
        keep("limit_raised_under_load", world);
    }

    @Test
    void retry_storm() {
        ScenarioWorld world = new ScenarioWorld(5, PoolSettings.ofSlots(4).withQueue(20, ALL));
        Map<Integer, Integer> perSecond = new TreeMap<>();
        int clients = 400;
        world.onRefused = (request, refusal) -> world.after(refusal.retryAfter(), () -> {
            perSecond.merge((int) world.seconds(), 1, Integer::sum);
            world.arrive(request);
        });
        for (int i = 0; i < clients; i++) {
            Client client = Client.of("clients", "client-" + i, Priority.NORMAL);
            Request request = new Request(client, (long) ((0.5 + world.random.nextDouble()) * ScenarioWorld.SECOND));
            world.at(60 + i / 4000.0, () -> world.arrive(request));
        }

        world.run();

        Row row = world.report.row("clients");
        int busiest =
                perSecond.values().stream().mapToInt(Integer::intValue).max().orElse(0);
        world.report.note("most returns in a second", "%d", busiest);
        world.report.note("tries for each served", "%.2f", (double) row.arrived / row.served);
        assertThat(row.served).as("everybody in the end").isEqualTo(clients);
        assertThat(row.expired).isZero();
        assertThat(busiest).as("they do not come back together").isLessThan(25);
        assertThat((double) row.arrived / row.served).isLessThan(4);
        keep("retry_storm", world);
    }

    @Test
    void priority_inversion_attack() {
        ScenarioWorld world = new ScenarioWorld(6, PoolSettings.ofSlots(8));
        world.traffic(Client.of("attacker critical", "attacker", Priority.CRITICAL), 0, 600, 20, 1);
        for (int i = 0; i < 8; i++) {
            world.traffic(Client.of("0 critical", "key-" + i, Priority.CRITICAL), 0, 600, 0.1, 1);
            world.traffic(Client.of("2 normal", "key-" + i, Priority.NORMAL), 0, 600, 0.1, 1);
            world.traffic(Client.of("3 low", "key-" + i, Priority.LOW), 0, 600, 0.05, 1);
        }

        world.run();

        assertNobodyVanished(world, "attacker critical", "0 critical", "2 normal", "3 low");
        for (String group : new String[] {"0 critical", "2 normal", "3 low"}) {
            Row row = world.report.row(group);
            assertThat(row.served).as(group).isEqualTo(row.arrived);
            assertThat(row.wait(0.95)).as(group).isLessThan(10);
        }
        assertThat(world.report.row("0 critical").wait(0.95)).isLessThan(1.5);
        assertThat(world.report.wasted()).isZero();
        keep("priority_inversion_attack", world);
    }

    @Test
    void many_keys_one_ip() {
        ScenarioWorld world = new ScenarioWorld(
                7, PoolSettings.ofSlots(8).withCallers(new CallerLimits(50, ALL), new CallerLimits(30, 4)));
        for (int i = 0; i < 500; i++) {
            Client client = new Client("farm", "farm-" + i, "one-ip", Priority.NORMAL, "node");
            world.traffic(client, 0, 600, 0.05, 1);
        }
        for (int i = 0; i < 8; i++) {
            world.traffic(Client.of("others", "other-" + i, Priority.NORMAL), 0, 600, 0.4, 1);
        }

        world.run();

        Row others = world.report.row("others");
        assertNobodyVanished(world, "farm", "others");
        assertThat(others.served).as("nobody else is refused").isEqualTo(others.arrived);
        assertThat(others.wait(0.95))
                .as("half of the slots are out of the farm's reach")
                .isLessThan(4);
        assertThat(world.report.row("farm").refused).isPositive();
        assertThat(world.report.mostWaiting()).isLessThan(120);
        keep("many_keys_one_ip", world);
    }

    @Test
    void node_lost_with_leases() {
        ScenarioWorld world = new ScenarioWorld(8, PoolSettings.ofSlots(6));
        for (int node = 1; node <= 3; node++) {
            for (int i = 0; i < 6; i++) {
                String key = "key-" + i;
                String name = "node-" + node;
                double until = node == 2 ? 200 : 400;
                Client client = new Client(name, key, "ip-" + key, Priority.NORMAL, name);
                world.traffic(client, 0, until, 0.5, 1);
            }
        }
        world.at(200, () -> {
            assertThat(world.machine.waiting()).isPositive();
            world.nodeLost("node-2");
            assertThat(world.machine.running())
                    .as("its slots are in use again at once")
                    .isEqualTo(6);
        });

        world.run();

        assertNobodyVanished(world, "node-1", "node-2", "node-3");
        assertThat(world.report.row("node-2").lost).isPositive();
        assertThat(world.report.row("node-1").lost).isZero();
        assertThat(world.report.mostRunning()).isEqualTo(6);
        assertThat(world.report.wasted()).isZero();
        keep("node_lost_with_leases", world);
    }

    @Test
    void burst_then_silence() {
        ScenarioWorld world = new ScenarioWorld(
                9,
                PoolSettings.ofSlots(10)
                        .withQueue(500, ALL)
                        .withOnFull(OnFull.SHED_LOWEST)
                        .withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED));
        for (int i = 0; i < 2_000; i++) {
            Priority priority = Priority.values()[i % 4];
            Client client = Client.of(level(priority), "key-" + i % 100, priority);
            Request request = new Request(client, ScenarioWorld.SECOND);
            world.at(i / 2000.0, () -> world.arrive(request));
        }

        world.run();

        assertNobodyVanished(world, LEVELS);
        assertThat(world.report.mostWaiting()).isEqualTo(500);
        assertThat(world.report.wasted()).isZero();
        assertThat(world.report.row("0 critical").shed)
                .as("shed is who is lowest")
                .isZero();
        assertThat(world.report.row("3 low").shed).isPositive();
        assertThat(world.machine.nextDeadlineNanos()).isEqualTo(Long.MAX_VALUE);
        keep("burst_then_silence", world);
    }

    /**
     * Held for 5 s, away for 3 s, held again: those who come back wait hardly longer than those who stay, those who
     * never do cost nobody a slot.
     */
    @Test
    void kept_places() {
        PoolSettings patient = PoolSettings.ofSlots(4).withQueue(500, ALL).withEarlyRefusal(false);
        for (Priority priority : Priority.values()) {
            patient = patient.withLevel(priority, patient.level(priority).withLongestWait(Duration.ofSeconds(300)));
        }
        ScenarioWorld world = new ScenarioWorld(12, patient);
        Absence absence = new Absence(Duration.ofSeconds(30), Duration.ofSeconds(4), 200);
        for (int i = 0; i < 2_400; i++) {
            String key = "key-" + world.random.nextInt(12);
            double at = world.random.nextDouble() * 600;
            // A load of 0.97 without those who never come back, who would make it 1.2.
            long cost = (long) (ScenarioWorld.SECOND * (0.5 + world.random.nextDouble()) * 1.2);
            int kind = i % 5;
            Client client = Client.of(kind == 0 ? "vanish" : kind < 3 ? "return" : "stay", key, Priority.NORMAL);
            Request request = new Request(client, cost);
            if (kind < 3) {
                world.at(
                        at,
                        () -> world.arriveAndLeave(
                                request, Duration.ofSeconds(5), absence, Duration.ofSeconds(3), kind != 0));
            } else {
                world.at(at, () -> world.arrive(request));
            }
        }

        world.run();

        assertNobodyVanished(world, "stay", "return", "vanish");
        Row stay = world.report.row("stay");
        Row back = world.report.row("return");
        assertThat(stay.served).isEqualTo(stay.arrived);
        assertThat(back.served).as("nobody who comes back loses the place").isEqualTo(back.arrived);
        assertThat(world.report.row("vanish").expired).isPositive();
        assertThat(back.wait(0.5)).isLessThan(stay.wait(0.5) + 3);
        assertThat(back.wait(0.99)).isLessThan(stay.wait(0.99) + 6);
        assertThat(world.report.wasted()).isZero();
        keep("kept_places", world);
    }

    @Test
    void clock_steps_back() {
        ScenarioWorld world = new ScenarioWorld(10, PoolSettings.ofSlots(4));
        mixed(world, 0, 400, 4.4, 1);
        world.at(200, () -> world.clockOffsetNanos = -30 * ScenarioWorld.SECOND);

        world.run();

        assertNobodyVanished(world, LEVELS);
        assertThat(world.report.mostRunning()).isEqualTo(4);
        assertThat(world.report.wasted()).isZero();
        assertThat(world.report.row("0 critical").served)
                .isGreaterThan(world.report.row("0 critical").arrived * 95 / 100);
        keep("clock_steps_back", world);
    }
}
