// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The data structures of the package beside plain ones of the JDK that must agree with them. */
final class StructuresTest {
    private static final class Item {
        final int id;
        int key;
        int place = IndexedHeap.ABSENT;

        Item(int id, int key) {
            this.id = id;
            this.key = key;
        }
    }

    private static final class Items extends IndexedHeap<Item> {
        @Override
        long rankOf(Item item) {
            return item.key;
        }

        @Override
        boolean isBefore(Item one, Item other) {
            return one.id < other.id;
        }

        @Override
        int placeOf(Item item) {
            return item.place;
        }

        @Override
        void setPlace(Item item, int place) {
            item.place = place;
        }
    }

    @Test
    void indexedHeap_randomChanges_firstIsAlwaysTheLeast() {
        Random random = new Random(7);
        Items heap = new Items();
        Comparator<Item> order =
                Comparator.comparingInt((Item item) -> item.key).thenComparingInt(item -> item.id);
        List<Item> present = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            int what = random.nextInt(10);
            // Grows to thousands, then shrinks to nothing.
            boolean grows = i < 8_000;
            if (what < (grows ? 7 : 1)) {
                Item item = new Item(i, random.nextInt(500));
                heap.add(item);
                present.add(item);
            } else if (what < 8 && !present.isEmpty()) {
                Item item = present.remove(random.nextInt(present.size()));
                assertThat(heap.contains(item)).isTrue();
                heap.remove(item);
                assertThat(heap.contains(item)).isFalse();
                heap.remove(item);
                item.key = 0;
                heap.update(item);
            } else if (!present.isEmpty()) {
                Item item = present.get(random.nextInt(present.size()));
                item.key = random.nextInt(500);
                heap.update(item);
            }
            assertThat(heap.size()).isEqualTo(present.size());
            assertThat(heap.isEmpty()).isEqualTo(present.isEmpty());
            if (i % 50 == 0 || present.size() < 20) {
                assertThat(heap.first()).isSameAs(present.stream().min(order).orElse(null));
                for (int place = 0; place < heap.size(); place++) {
                    assertThat(heap.at(place).place).isEqualTo(place);
                }
            }
        }
        List<Item> left = new ArrayList<>(present);
        left.sort(order);
        for (Item expected : left) {
            Item first = heap.first();
            assertThat(first).isSameAs(expected);
            heap.remove(first);
        }
        assertThat(heap.first()).isNull();
        assertThatThrownBy(() -> heap.at(0)).isInstanceOf(IllegalStateException.class);
    }

    private static Entry entry(long id, long seq) {
        Party key = Party.key("k");
        Arrival arrival = Arrival.of(Caller.of("k", "i"), Priority.LOW);
        return new Entry(id, new Flow(key, Priority.LOW), Party.ip("i"), "n", seq, seq, 1, arrival);
    }

    @Test
    void entries_randomChanges_agreeWithAHashMap() {
        Random random = new Random(3);
        Entries entries = new Entries();
        Map<Long, Entry> expected = new HashMap<>();
        for (int i = 0; i < 60_000; i++) {
            boolean grows = i < 20_000;
            long id = random.nextInt(grows ? 30_000 : 5_000) * (random.nextBoolean() ? 1L : 1L << 32);
            Entry known = entries.find(id);
            assertThat(known).isSameAs(expected.get(id));
            if (known == null && (grows || random.nextInt(8) == 0)) {
                Entry entry = entry(id, i);
                entries.add(entry);
                expected.put(id, entry);
            } else if (known != null) {
                entries.remove(known);
                expected.remove(id);
            }
            assertThat(entries.size()).isEqualTo(expected.size());
        }
        assertThat(Set.of(entries.toArray())).isEqualTo(Set.copyOf(expected.values()));
        expected.values().forEach(entries::remove);
        assertThat(entries.size()).isZero();
        assertThat(entries.toArray()).isEmpty();
    }

    @Test
    void entries_removeOfAStranger_isAnError() {
        Entries entries = new Entries();
        entries.add(entry(1, 1));

        assertThatThrownBy(() -> entries.remove(entry(2, 2))).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void memory_ofThree_forgetsTheOldest() {
        Memory memory = new Memory(3);
        for (long id = 1; id <= 4; id++) {
            memory.add(id);
        }

        assertThat(memory.contains(1)).isFalse();
        assertThat(memory.contains(2)).isTrue();
        memory.remove(3);
        assertThat(memory.contains(3)).isFalse();
        assertThat(memory.contains(2)).isTrue();
        assertThat(memory.contains(4)).isTrue();
        memory.add(5);
        assertThat(memory.contains(2)).isTrue();
        memory.add(6);
        assertThat(memory.contains(2)).as("the oldest of four").isFalse();
        assertThat(memory.contains(4)).isTrue();
        memory.remove(77);
        assertThat(memory.contains(5)).isTrue();
    }

    @Test
    void memory_sameAgain_isRememberedOnce() {
        Memory memory = new Memory(2);
        memory.add(1);
        memory.add(1);
        memory.add(2);

        assertThat(memory.contains(1)).isTrue();
        assertThat(memory.contains(2)).isTrue();
    }

    @Test
    void memory_ofNone_knowsNothing() {
        Memory memory = new Memory(0);
        memory.add(1);
        memory.remove(1);

        assertThat(memory.contains(1)).isFalse();
    }

    @Test
    void parties_aMillionStrangers_leaveOnlyTheLastIdle() {
        Parties parties = new Parties(Party::key);
        for (int i = 0; i < 1_000_000; i++) {
            parties.releaseIfUnused(parties.get("k" + i));
        }

        assertThat(parties.size()).isEqualTo(Parties.MAX_IDLE);
        assertThat(parties.find("k999999")).isNotNull();
        assertThat(parties.find("k" + (1_000_000 - Parties.MAX_IDLE))).isNotNull();
        assertThat(parties.find("k" + (1_000_000 - Parties.MAX_IDLE - 1))).isNull();
    }

    @Test
    void arrive_manyKeysOneAfterTheOther_growsNothing() {
        Desk desk = Desk.ofSlots(1);
        for (int i = 0; i < 20_000; i++) {
            desk.release(desk.run(Desk.by("k" + i)));
        }

        assertThat(desk.state().keys.size()).isEqualTo(Parties.MAX_IDLE);
        assertThat(desk.state().ips.size()).isEqualTo(Parties.MAX_IDLE);
        assertThat(desk.state().entries.size()).isZero();
    }

    @Test
    void parties_usedAgain_isTheYoungestOfTheIdle() {
        Parties parties = new Parties(Party::key);
        for (String name : List.of("a", "b", "c", "d")) {
            parties.releaseIfUnused(parties.get(name));
        }
        parties.releaseIfUnused(parties.get("b"));
        parties.releaseIfUnused(parties.get("a"));
        parties.get("e").running++;
        parties.get("c").waiting++;
        parties.releaseIfUnused(parties.get("e"));

        assertThat(parties.inOrder()).extracting(party -> party.name).containsExactly("c", "e", "d", "b", "a");
        assertThat(parties.find("e").idle).isFalse();
        parties.releaseIfUnused(parties.find("a"));
        assertThat(parties.inOrder()).hasSize(5);
    }

    @Test
    void parties_inUse_areNeverForgotten() {
        Parties parties = new Parties(Party::key);
        Party used = parties.get("used");
        used.waiting = 1;
        parties.releaseIfUnused(used);
        for (int i = 0; i < 2 * Parties.MAX_IDLE; i++) {
            parties.releaseIfUnused(parties.get("k" + i));
        }

        assertThat(parties.find("used")).isSameAs(used);
        assertThat(parties.size()).isEqualTo(Parties.MAX_IDLE + 1);
    }

    @Test
    void parties_usedNowAndThen_areForgottenByTheirLastUse() {
        Parties parties = new Parties(Party::key);
        Random random = new Random(1);
        Set<String> expected = new LinkedHashSet<>();
        for (int i = 0; i < 200_000; i++) {
            String name = "k" + random.nextInt(2 * Parties.MAX_IDLE);
            parties.releaseIfUnused(parties.get(name));
            expected.remove(name);
            expected.add(name);
            if (expected.size() > Parties.MAX_IDLE) {
                expected.remove(expected.iterator().next());
            }
        }

        assertThat(parties.inOrder()).extracting(party -> party.name).containsExactlyElementsOf(expected);
    }

    @Test
    void parties_forgottenWhileSomebodyHoldsThem_areKnownAgainOnceUsed() {
        Parties parties = new Parties(Party::key);
        Party held = parties.get("held");
        parties.releaseIfUnused(held);
        for (int i = 0; i < Parties.MAX_IDLE; i++) {
            parties.releaseIfUnused(parties.get("k" + i));
        }
        assertThat(parties.find("held")).isNull();

        parties.use(held);

        assertThat(parties.find("held")).isSameAs(held);
        parties.releaseIfUnused(held);
        assertThat(parties.size()).isEqualTo(Parties.MAX_IDLE);
        assertThat(parties.find("k0")).isNull();
    }

    @Test
    void entries_ofNode_areItsOwnByArrival() {
        Entries entries = new Entries();
        Entry one = entry(1, 30);
        Entry two = entry(2, 10);
        Entry three = entry(3, 20);
        Entry four = entry(4, 20);
        List.of(one, four, two, three).forEach(entries::add);

        assertThat(entries.ofNode("n")).containsExactly(two, three, four, one);
        assertThat(entries.ofNode("other")).isEmpty();
        entries.remove(four);
        assertThat(entries.ofNode("n")).containsExactly(two, three, one);
    }

    @Test
    void virtualCost_anyWeight_isTheQuotientRoundedTowardsZero() {
        List<Integer> weights = List.of(1, 2, 3, 4, 8, 100, 512, 1000, 1024, 2048, 4096, 1_000_000);
        for (int weight : weights) {
            for (long micros : new long[] {0, 1, 7, 999, 86_400_000_000L, -1, -7, -999, -86_400_000_000L}) {
                assertThat(Group.virtualCost(micros, weight))
                        .as("%d at weight %d", micros, weight)
                        .isEqualTo(micros * Group.SCALE / weight);
            }
        }
    }

    @Test
    void flow_empty_hasNoHead() {
        Flow flow = new Flow(Party.key("k"), Priority.HIGH);

        assertThatThrownBy(flow::head).isInstanceOf(IllegalStateException.class).hasMessage("nobody waits in k/HIGH");
    }

    @Test
    void flow_insert_keepsTheOrderOfArrival() {
        Flow flow = new Flow(Party.key("k"), Priority.HIGH);
        Random random = new Random(1);
        TreeSet<Entry> expected = new TreeSet<>(Entry.BY_ARRIVAL);
        for (int i = 0; i < 300; i++) {
            if (random.nextInt(3) > 0 || expected.isEmpty()) {
                Entry entry = entry(i, random.nextInt(40));
                flow.insert(entry);
                expected.add(entry);
            } else {
                Entry gone = new ArrayList<>(expected).get(random.nextInt(expected.size()));
                flow.remove(gone);
                expected.remove(gone);
                assertThat(gone.next).isNull();
                assertThat(gone.previous).isNull();
            }
            List<Entry> listed = new ArrayList<>();
            for (Entry entry = flow.first; entry != null; entry = entry.next) {
                listed.add(entry);
            }
            assertThat(listed).containsExactlyElementsOf(expected);
            assertThat(flow.waiting).isEqualTo(listed.size());
            assertThat(flow.waitingMicros).isEqualTo(listed.size());
        }
    }

    @Test
    void backlogs_severalFlows_areServedUpToTheSameLength() {
        Backlogs backlogs = new Backlogs();
        backlogs.add(100_000, 1);
        backlogs.add(1_000_000, 4);
        backlogs.add(0, 5);

        assertThat(backlogs.total()).isEqualTo(1_100_000);
        assertThat(backlogs.servedWithin(10_000, 10_000, 1)).isEqualTo(50_000);
        assertThat(backlogs.servedWithin(20_000, 20_000, 2)).isEqualTo(50_000);
        assertThat(backlogs.servedWithin(10_000_000, 10_000_000, 1)).isEqualTo(1_100_000);
        assertThat(backlogs.servedWithin(0, 0, 1)).isLessThanOrEqualTo(1);
        assertThat(backlogs.servedWithin(20_000, 10_000, 1)).as("longer ones").isEqualTo(50_000);
        assertThat(backlogs.servedWithin(100_000, 50_000, 1))
                .as("one as long, one longer")
                .isEqualTo(300_000);
        backlogs.remove(1_000_000, 4);
        assertThat(backlogs.servedWithin(10_000, 10_000, 1)).isEqualTo(10_000);
        backlogs.remove(100_000, 1);
        assertThat(backlogs.total()).isZero();
        assertThat(backlogs.servedWithin(10_000, 10_000, 1)).isZero();
    }

    @Test
    void backlogs_manyRandomFlows_areServedWithinABucketOfTheTruth() {
        Random random = new Random(11);
        Backlogs backlogs = new Backlogs();
        List<long[]> flows = new ArrayList<>();
        for (int i = 0; i < 400; i++) {
            long amount = 1 + (long) Math.exp(random.nextDouble() * 18);
            int weight = 1 + random.nextInt(9);
            flows.add(new long[] {amount, weight});
            backlogs.add(amount, weight);
        }
        for (int i = 0; i < 200; i++) {
            long length = 1 + (long) Math.exp(random.nextDouble() * 19);
            double exact = 0;
            double least = 0;
            double most = 0;
            long bucket = Long.highestOneBit(length << 10);
            for (long[] flow : flows) {
                double served = Math.min(flow[0], (double) length * flow[1]);
                exact += served;
                boolean inBucket = Long.highestOneBit((flow[0] << 10) / flow[1]) == bucket;
                least += inBucket ? served / 2 : served;
                most += inBucket ? Math.max(flow[0], (double) length * flow[1]) : served;
            }
            assertThat((double) backlogs.servedWithin(length, length, 1))
                    .isBetween(least * 0.999 - 1, most * 1.001 + 1)
                    .isCloseTo(exact, within(exact * 0.2 + 2));
        }
        flows.forEach(flow -> backlogs.remove(flow[0], (int) flow[1]));
        assertThat(backlogs.total()).isZero();
        assertThat(backlogs.servedWithin(1L << 40, 1L << 40, 1)).isZero();
    }

    @Test
    void returns_promise_isBehindTheOneBeforeAndJittered() {
        Returns returns = new Returns();
        long second = Duration.ofSeconds(1).toNanos();
        TreeSet<Long> jitters = new TreeSet<>();
        for (int i = 1; i <= 100; i++) {
            Duration promise = returns.promise(500, 10 * second, second, i);
            double exact = 10 + i;
            jitters.add(Math.round((promise.toNanos() / 1e9 / exact - 1) * 100));
            assertThat(promise.toNanos() / 1e9).isBetween(exact * 0.899, exact * 1.201);
        }

        assertThat(jitters).hasSizeGreaterThan(20);
        assertThat(jitters.first()).isEqualTo(-10);
        assertThat(jitters.last()).isEqualTo(20);
        assertThat(returns.bookedNanos).isEqualTo(500 + 110 * second);
    }

    @Test
    void returns_sameTicket_hasTheSameJitterEverywhere() {
        assertThat(new Returns().promise(0, 1_000_000, 1_000_000, 42))
                .isEqualTo(new Returns().promise(0, 1_000_000, 1_000_000, 42));
    }

    @Test
    void returns_roomOfYears_isAtMostAnHourAway() {
        Returns returns = new Returns();
        Duration promise = returns.promise(0, Duration.ofDays(365).toNanos(), 1, 1);

        assertThat(promise).isBetween(Duration.ofMinutes(54), Duration.ofMinutes(72));
    }
}
