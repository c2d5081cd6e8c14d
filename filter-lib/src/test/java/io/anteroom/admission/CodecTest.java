// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static io.anteroom.admission.Desk.SECOND;
import static io.anteroom.admission.Desk.by;
import static io.anteroom.admission.Desk.from;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A machine that was saved and loaded behaves like the one that was not, and machines that differ hash differently. */
final class CodecTest {
    private static final int ALL = Integer.MAX_VALUE;

    /** A pool with everything in it: both ways of being held back, idle parties, refusals, a memory, a calibration. */
    private static Desk full(Order order) {
        Desk desk = new Desk(
                PoolSettings.ofSlots(4)
                        .withOrder(order)
                        .withLongestRun(Duration.ofMinutes(9))
                        .withQueue(60, 5_000)
                        .withOnFull(OnFull.SHED_LOWEST)
                        .withCallers(new CallerLimits(40, 2), new CallerLimits(50, 3)),
                16);
        Random random = new Random(3);
        List<Long> running = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            desk.tickAfter(Duration.ofMillis(random.nextInt(300)));
            Caller caller = new Caller(
                    "k" + random.nextInt(9),
                    "ip" + random.nextInt(4),
                    1 + random.nextInt(3),
                    random.nextInt(20) == 0 ? new CallerLimits(9, 1) : null);
            Arrival arrival =
                    Arrival.of(caller, Priority.values()[random.nextInt(4)]).withBytes(random.nextInt(200));
            arrival = random.nextBoolean() ? arrival.withBatch("b" + i) : arrival;
            arrival = random.nextInt(5) == 0 ? arrival.withLongestWait(Duration.ofSeconds(9)) : arrival;
            if (desk.offer(arrival) instanceof Decision.Admitted admitted) {
                running.add(admitted.ticket());
            }
            running.addAll(desk.granted());
            if (random.nextInt(3) > 0 && !running.isEmpty()) {
                desk.release(running.remove(random.nextInt(running.size())));
                running.addAll(desk.granted());
            }
        }
        return desk;
    }

    @ParameterizedTest
    @EnumSource(Order.class)
    void load_saved_isEqualAndBehavesEqually(Order order) throws IOException {
        Desk desk = full(order);
        assertThat(desk.machine.waiting()).isGreaterThan(10);
        PoolMachine copy = Desk.loaded(desk.saved());
        Audit.check(copy);

        assertThat(copy.stateHash()).isEqualTo(desk.machine.stateHash());
        assertThat(copy.settings()).isEqualTo(desk.machine.settings());
        assertThat(copy.snapshot(desk.nowNanos)).isEqualTo(desk.machine.snapshot(desk.nowNanos));
        assertThat(copy.nextDeadlineNanos()).isEqualTo(desk.machine.nextDeadlineNanos());
        desk.machine.rank();
        copy.rank();
        assertThat(copy.list(ALL, desk.nowNanos)).isEqualTo(desk.machine.list(ALL, desk.nowNanos));

        Random random = new Random(9);
        List<Effect> ofCopy = new ArrayList<>();
        desk.effects();
        for (int i = 0; i < 2_000; i++) {
            desk.advance(Duration.ofMillis(random.nextInt(500)));
            long now = desk.nowNanos;
            Long someone = someone(desk, random);
            int what = random.nextInt(12);
            Arrival arrival =
                    from("k" + random.nextInt(12), "ip" + random.nextInt(4)).withBytes(random.nextInt(300));
            long fresh = 10_000 + i;
            Consumer<PoolMachine> command = machine -> {
                Consumer<Effect> effects = effect -> {
                    if (machine == copy) {
                        ofCopy.add(effect);
                    } else {
                        desk.effectsAdd(effect);
                    }
                };
                if (what < 5) {
                    machine.arrive(fresh, "n" + what, arrival, now, effects);
                } else if (what < 9 && someone != null) {
                    machine.release(someone, now, effects);
                } else if (what == 9 && someone != null) {
                    machine.move(someone, Priority.HIGH, now, effects);
                } else if (what == 10 && someone != null) {
                    machine.abandon(someone, now, effects);
                } else {
                    machine.tick(now, effects);
                }
            };
            command.accept(desk.machine);
            command.accept(copy);
            assertThat(ofCopy).isEqualTo(desk.effects());
            ofCopy.clear();
        }
        assertThat(copy.stateHash()).isEqualTo(desk.machine.stateHash());
    }

    private static Long someone(Desk desk, Random random) {
        Entry[] all = desk.state().entries.toArray();
        if (all.length == 0) {
            return null;
        }
        Arrays.sort(all, Entry.BY_ARRIVAL);
        return all[random.nextInt(all.length)].id;
    }

    @Test
    void load_flowsHeldBack_areHeldBackByTheSame() throws IOException {
        Desk desk = new Desk(Desk.settings(5).withCallers(new CallerLimits(9, 1), new CallerLimits(9, 2)));
        long one = desk.run(from("a", "x"));
        desk.run(from("b", "x"));
        long byKey = desk.queue(from("a", "y"));
        long byIp = desk.queue(from("c", "x"));
        desk.tickAfter(SECOND);

        desk.machine = Desk.loaded(desk.saved());
        Audit.check(desk.machine);

        assertThat(desk.entry(byKey).flow.parkedBy).isSameAs(desk.entry(one).flow.key);
        assertThat(desk.entry(byIp).flow.parkedBy).isSameAs(desk.entry(one).ip);
        desk.release(one);
        assertThat(desk.granted()).containsExactly(byIp, byKey);
    }

    @Test
    void load_idleParties_keepTheirPastAndTheirOrder() throws IOException {
        Desk desk = Desk.ofSlots(1);
        for (String key : List.of("c", "a", "b")) {
            long runs = desk.run(by(key));
            desk.advance(Duration.ofSeconds(3));
            desk.release(runs);
        }
        List<String> before = names(desk.state().keys);

        desk.machine = Desk.loaded(desk.saved());

        assertThat(before).containsExactly("c", "a", "b");
        assertThat(names(desk.state().keys)).isEqualTo(before);
        assertThat(names(desk.state().ips)).containsExactly("ip-c", "ip-a", "ip-b");
        assertThat(desk.state().keys.find("a").samples).isEqualTo(1);
        assertThat(desk.entry(desk.run(by("a"))).costMicros).isEqualTo(3_000_000);
    }

    private static List<String> names(Parties parties) {
        return parties.inOrder().stream().map(party -> party.name).toList();
    }

    @Test
    void load_callersOwnLimitsAndNodes_areKept() throws IOException {
        Desk desk = Desk.ofSlots(4);
        Caller narrow = new Caller("a", "x", 3, new CallerLimits(2, 1));
        desk.offerFrom("n1", 1, Arrival.of(narrow, Priority.NORMAL));
        desk.offerFrom("n1", 2, Arrival.of(narrow, Priority.NORMAL));
        desk.offerFrom("n2", 3, by("b"));

        desk.machine = Desk.loaded(desk.saved());

        assertThat(desk.entry(1).flow.key.ownLimits).isEqualTo(new CallerLimits(2, 1));
        assertThat(desk.entry(1).flow.key.weight).isEqualTo(3);
        desk.nodeLost("n1");
        assertThat(desk.machine.running()).isEqualTo(1);
        assertThat(desk.machine.waiting()).isZero();
    }

    @Test
    void load_memory_isKept() throws IOException {
        Desk desk = new Desk(Desk.settings(1), 3);
        for (long ticket = 1; ticket <= 5; ticket++) {
            desk.offer(ticket, by("a"));
            desk.release(ticket);
        }

        desk.machine = Desk.loaded(desk.saved());

        assertThat(desk.offer(5, by("a"))).isEqualTo(new Decision.Over());
        assertThat(desk.offer(3, by("a"))).isEqualTo(new Decision.Over());
        assertThat(desk.offer(2, by("a"))).isInstanceOf(Decision.Admitted.class);
    }

    @Test
    void load_promisesToTheRefused_areKept() throws IOException {
        Desk desk = new Desk(Desk.settings(1)
                .withCallers(new CallerLimits(1, 9), new CallerLimits(2, 9))
                .withLevel(Priority.LOW, new LevelSettings(1, SECOND, 1, 0)));
        desk.run(from("a", "x"));
        desk.queue(from("a", "x"));
        desk.queue(from("b", "x"));
        desk.queue(by("low", Priority.LOW));
        desk.refuse(from("a", "x"));
        desk.refuse(from("c", "x"));
        desk.refuse(by("lower", Priority.LOW));

        PoolMachine copy = Desk.loaded(desk.saved());

        PoolState before = desk.state();
        PoolState after = copy.state();
        assertThat(after.keys.find("a").returns.bookedNanos)
                .isPositive()
                .isEqualTo(before.keys.find("a").returns.bookedNanos);
        assertThat(after.ips.find("x").returns.bookedNanos)
                .isPositive()
                .isEqualTo(before.ips.find("x").returns.bookedNanos);
        int low = Priority.LOW.ordinal();
        assertThat(after.line.levels[low].returns.bookedNanos)
                .isPositive()
                .isEqualTo(before.line.levels[low].returns.bookedNanos);
    }

    @Test
    void load_anotherVersion_isRefused() {
        byte[] saved = Desk.ofSlots(1).saved();
        saved[0] = 9;

        assertThatThrownBy(() -> Desk.loaded(saved))
                .isInstanceOf(IOException.class)
                .hasMessage("version: 9 (expected: 1 to 5)");
    }

    /** Written by the first version: requests 3 and 6 wait, 2 and 4 run, 1 has ended, 5 was refused. */
    @Test
    void load_firstVersion_isRead() throws IOException {
        Desk desk = Desk.ofSlots(1);
        try (InputStream in = CodecTest.class.getResourceAsStream("pool-v1.bin")) {
            desk.machine = Desk.loaded(in.readAllBytes());
        }
        desk.nowNanos = 8 * SECOND.toNanos();
        Audit.check(desk.machine);

        assertThat(Audit.requests(desk.machine))
                .containsOnly(Map.entry(2L, true), Map.entry(3L, false), Map.entry(4L, true), Map.entry(6L, false));
        assertThat(desk.snapshot().counts().refused())
                .containsEntry(Refusal.Code.NO_SLOT, 1L)
                .containsEntry(Refusal.Code.ABSENT, 0L);
        assertThat(desk.machine.nextDeadlineNanos()).isEqualTo(12 * SECOND.toNanos());
        desk.keep(6);
        desk.release(2);
        assertThat(desk.granted()).containsExactly(3L);
        assertThat(Desk.loaded(desk.saved()).stateHash()).isEqualTo(desk.machine.stateHash());
    }

    @Test
    void load_cutOff_isRefused() {
        byte[] saved = full(Order.WEIGHTED).saved();
        for (int length = 0; length < saved.length; length += 97) {
            byte[] cut = Arrays.copyOf(saved, length);
            assertThatThrownBy(() -> Desk.loaded(cut)).isInstanceOf(IOException.class);
        }
    }

    @Test
    void load_garbageBehindTheVersion_isRefused() {
        byte[] saved = new byte[400];
        Arrays.fill(saved, (byte) 0x7F);
        saved[0] = 1;

        assertThatThrownBy(() -> Desk.loaded(saved))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("not a saved pool");
    }

    @Test
    void load_entryOfAnUnknownKey_isRefused() throws IOException {
        Desk desk = Desk.ofSlots(1);
        desk.run(from("some-key", "some-ip"));
        byte[] saved = desk.saved();
        String text = new String(saved, java.nio.charset.StandardCharsets.ISO_8859_1);
        int second = text.indexOf("some-key", text.indexOf("some-key") + 1);
        saved[second] = 'X';

        assertThatThrownBy(() -> Desk.loaded(saved))
                .isInstanceOf(IOException.class)
                .hasMessage("nobody is called Xome-key");
    }

    @Test
    void stateHash_sameCommands_isEqual() {
        assertThat(full(Order.FLAT).machine.stateHash())
                .isEqualTo(full(Order.FLAT).machine.stateHash());
    }

    @Test
    void stateHash_anyDifference_shows() {
        List<Consumer<Desk>> differences = List.of(
                desk -> desk.limitSlots(3),
                desk -> {},
                desk -> desk.offer(900, by("a")),
                desk -> desk.offer(901, by("a")),
                desk -> desk.offer(900, by("b")),
                desk -> desk.offer(900, by("a", Priority.LOW)),
                desk -> desk.offer(900, from("a", "elsewhere")),
                desk -> desk.offer(900, by("a").withBytes(1)),
                desk -> desk.offer(900, by("a").withBatch("x")),
                desk -> desk.offer(900, by("a").withCost(SECOND.plusMillis(1))),
                desk -> desk.offer(900, by("a").withLongestWait(SECOND)),
                desk -> desk.offer(900, Arrival.of(new Caller("a", "ip-a", 2, null), Priority.NORMAL)),
                desk -> desk.offer(
                        900, Arrival.of(new Caller("a", "ip-a", 1, CallerLimits.UNLIMITED), Priority.NORMAL)),
                desk -> desk.offerFrom("other", 900, by("a")),
                desk -> desk.offer(900, by("a").withoutQueueing()),
                desk -> desk.release(1),
                desk -> desk.abandon(2),
                desk -> desk.cancel(2),
                desk -> desk.keep(2),
                desk -> desk.keep(2, new Absence(SECOND, SECOND, 1)),
                desk -> desk.keep(2, new Absence(SECOND.multipliedBy(20), SECOND, 1)),
                desk -> {
                    desk.keep(2);
                    desk.rejoin(2);
                },
                desk -> {
                    desk.keep(2);
                    desk.release(1);
                },
                desk -> desk.offer(900, by("a").withReservation(SECOND)),
                desk -> desk.move(2, Priority.HIGH),
                desk -> desk.mode(PoolMode.HOLDING),
                desk -> desk.mode(PoolMode.DRAINING),
                desk -> desk.mode(PoolMode.CLOSED),
                desk -> desk.tickAfter(Duration.ofNanos(1)),
                desk -> desk.configure(desk.machine.settings().withSlots(0)),
                desk -> desk.configure(desk.machine.settings().withOrder(Order.STRICT)),
                desk -> desk.configure(desk.machine.settings().withOrder(Order.FLAT)),
                desk -> desk.configure(desk.machine.settings().withOrder(Order.FIFO)),
                desk -> desk.configure(desk.machine.settings().withQueue(999, 0)),
                desk -> desk.configure(desk.machine.settings().withQueue(1000, 1)),
                desk -> desk.configure(desk.machine.settings().withOnFull(OnFull.SHED_LOWEST)),
                desk -> desk.configure(desk.machine.settings().withEarlyRefusal(true)),
                desk -> desk.configure(desk.machine.settings().withLongestRun(SECOND)),
                desk -> desk.configure(desk.machine
                        .settings()
                        .withCallers(
                                new CallerLimits(50, 8), desk.machine.settings().perIp())),
                desk -> desk.configure(desk.machine
                        .settings()
                        .withCallers(desk.machine.settings().perKey(), new CallerLimits(101, ALL))),
                desk -> desk.configure(
                        desk.machine.settings().withLevel(Priority.LOW, new LevelSettings(1, SECOND, 99, 4))),
                desk -> desk.configure(
                        desk.machine.settings().withLevel(Priority.LOW, new LevelSettings(1, SECOND, 99, 5))));
        List<Long> hashes = new ArrayList<>();
        for (Consumer<Desk> difference : differences) {
            Desk desk = Desk.ofSlots(1);
            desk.offer(1, by("r"));
            desk.offer(2, by("s"));
            difference.accept(desk);
            hashes.add(desk.machine.stateHash());
        }

        assertThat(hashes).doesNotHaveDuplicates();
    }
}
