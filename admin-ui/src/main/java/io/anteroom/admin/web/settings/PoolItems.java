// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import io.anteroom.admin.web.parts.Field;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Everything about a pool that can be edited. */
final class PoolItems {
    private static final long MOST = Integer.MAX_VALUE;
    private static final PoolSettings USUAL = PoolSettings.ofSlots(1);

    private PoolItems() {}

    static List<Section> sections() {
        List<Section> sections = new ArrayList<>();
        sections.add(slots());
        sections.add(queue());
        sections.add(fairness());
        for (Priority priority : Priority.values()) {
            sections.add(level(priority));
        }
        return List.copyOf(sections);
    }

    private static Section slots() {
        return new Section(
                "slots",
                "Slots and order",
                "How many requests the backends serve at once, and whose turn it is.",
                false,
                List.of(
                        Item.number(
                                "slots",
                                Kind.WHOLE,
                                "Slots",
                                "requests",
                                "How many run at once. More are let in at once; fewer let those who run end."
                                        + " 0 admits nobody.",
                                0,
                                1_000_000),
                        Item.number(
                                "longest_run_ms",
                                Kind.SECONDS,
                                "Longest run",
                                "s",
                                "Takes a slot back from a request that holds it for longer: a safety net. 0, the"
                                        + " default, is never.",
                                0,
                                2_592_000),
                        Item.choice(
                                "order",
                                "Order",
                                "",
                                new Field.Option(
                                        "weighted",
                                        "Weighted (default)",
                                        "Each level gets its share by weight; callers take turns within a level."),
                                new Field.Option(
                                        "strict",
                                        "Strict",
                                        "Higher levels first; each lower one is sure of its floor, so that none starves."),
                                new Field.Option(
                                        "flat", "Flat", "Levels do not count; callers take turns all the same."),
                                new Field.Option("fifo", "First in, first out", "By arrival alone."))));
    }

    private static Section queue() {
        return new Section(
                "queue",
                "Queue",
                "How many may wait, and what becomes of those who find it full.",
                false,
                List.of(
                        Item.number(
                                "max_waiting",
                                Kind.WHOLE,
                                "Waiting requests",
                                "requests",
                                "At most so many wait. Default " + USUAL.maxWaiting() + ".",
                                0,
                                10_000_000),
                        Item.number(
                                "max_waiting_bytes",
                                Kind.MEBIBYTES,
                                "Bodies of waiting requests",
                                "MiB",
                                "The memory that they take at most together. Default " + (USUAL.maxWaitingBytes() >> 20)
                                        + ".",
                                0,
                                MOST),
                        Item.choice(
                                "on_full",
                                "When the queue is full",
                                "",
                                new Field.Option(
                                        "reject", "Refuse the newcomer (default)", "With 503 and a time to come back."),
                                new Field.Option(
                                        "shed_lowest",
                                        "Push out the lowest",
                                        "A newcomer of a higher level takes the place of one of the lowest.")),
                        Item.flag(
                                "early_refusal",
                                "Refuse at once what would wait in vain",
                                "A request whose likely wait is longer than its longest wait is told so on arrival."
                                        + " On by default.")));
    }

    private static Section fairness() {
        return new Section(
                "fair-queue",
                "Fair-queue limits",
                "What a single API key or address may take, so that one busy caller leaves room for others. A caller's"
                        + " own policy can say otherwise. Nothing: no limit.",
                true,
                List.of(
                        Item.number(
                                "per_key.max_waiting",
                                Kind.BOUND,
                                "Waiting per key",
                                "requests",
                                "Default " + USUAL.perKey().maxWaiting() + ". 0: none waits.",
                                0,
                                MOST),
                        Item.number(
                                "per_key.max_running",
                                Kind.BOUND,
                                "Running per key",
                                "slots",
                                "Default: no limit.",
                                1,
                                MOST),
                        Item.number(
                                "per_ip.max_waiting",
                                Kind.BOUND,
                                "Waiting per address",
                                "requests",
                                "Default " + USUAL.perIp().maxWaiting() + ".",
                                0,
                                MOST),
                        Item.number(
                                "per_ip.max_running",
                                Kind.BOUND,
                                "Running per address",
                                "slots",
                                "Default: no limit.",
                                1,
                                MOST)));
    }

    private static Section level(Priority priority) {
        String word = priority.name().toLowerCase(Locale.ROOT);
        String at = "levels." + word + ".";
        var usual = USUAL.level(priority);
        String title = priority.name().charAt(0) + word.substring(1);
        String ofLevel = title + ": ";
        return new Section(
                "level-" + word,
                "Level " + word,
                "",
                true,
                List.of(
                        Item.number(
                                at + "weight",
                                Kind.WHOLE,
                                ofLevel + "weight",
                                "",
                                "Its share beside other levels with work. Default " + usual.weight() + ".",
                                1,
                                1000),
                        Item.number(
                                at + "longest_wait_ms",
                                Kind.SECONDS,
                                ofLevel + "longest wait",
                                "s",
                                "After that a wait is given up. Default "
                                        + usual.longestWait().toSeconds() + ".",
                                0,
                                86_400),
                        Item.number(
                                at + "max_waiting",
                                Kind.BOUND,
                                ofLevel + "waiting",
                                "requests",
                                "Of this level at most. Default: as many as the queue takes.",
                                0,
                                MOST),
                        Item.number(
                                at + "floor_percent",
                                Kind.WHOLE,
                                ofLevel + "floor",
                                "%",
                                "What it is sure of in strict order. Default " + usual.floorPercent() + ".",
                                0,
                                50)));
    }
}
