// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Refusal;
import io.anteroom.contract.RandomEnding.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;

/**
 * Many requests that end in random ways against one server, then a count of what was left behind. The same seed plays
 * the same endings; how they interleave is up to the machine.
 */
public final class RandomEndings {
    private static final int SLOTS = 8;
    private static final int CLIENTS = 48;

    private final Container container;
    private final int endings;
    private final long seed;
    private final Map<Kind, LongAdder> played = new ConcurrentSkipListMap<>();
    private final Queue<String> lost = new ConcurrentLinkedQueue<>();

    /** A run of so many endings. */
    public RandomEndings(Container container, int endings, long seed) {
        this.container = container;
        this.endings = endings;
        this.seed = seed;
        for (Kind kind : Kind.values()) {
            played.put(kind, new LongAdder());
        }
    }

    /**
     * What a run left behind.
     *
     * @param container where
     * @param endings how many were played
     * @param seed the seed
     * @param took how long
     * @param leases leases that never came back, or came back twice
     * @param waiters tickets that stayed in the queue
     * @param overAdmissions by how many the application was entered above the slots
     * @param lost answers that were neither right nor a clean refusal
     * @param counts the pool's counts at the end
     * @param played how often each kind of ending was played
     */
    public record Report(
            String container,
            int endings,
            long seed,
            Duration took,
            long leases,
            int waiters,
            int overAdmissions,
            List<String> lost,
            PoolSnapshot.Counts counts,
            Map<Kind, LongAdder> played) {
        /** Whether nothing was left behind and nobody was harmed. */
        public boolean isClean() {
            return leases == 0 && waiters == 0 && overAdmissions == 0 && lost.isEmpty();
        }

        private Map<Refusal.Code, Long> refusals() {
            Map<Refusal.Code, Long> happened = new EnumMap<>(Refusal.Code.class);
            counts.refused().forEach((code, times) -> {
                if (times > 0) {
                    happened.put(code, times);
                }
            });
            return happened;
        }

        /** The report on one line. */
        public String line() {
            return String.format(
                    "%s: %d endings in %.1f s (seed %d): admitted %d, released %d, abandoned %d, refused %s;"
                            + " leaked leases %d, leaked waiters %d, over-admissions %d, lost answers %d",
                    container,
                    endings,
                    took.toMillis() / 1000.0,
                    seed,
                    counts.admitted(),
                    counts.released(),
                    counts.abandoned(),
                    refusals(),
                    leases,
                    waiters,
                    overAdmissions,
                    lost.size());
        }
    }

    private RoomPlan plan() {
        return Room.on(container)
                .settings(s -> s.withSlots(SLOTS)
                        .withQueue(300, 64 << 20)
                        .withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED))
                .filter(f -> f.commitAfter(Duration.ofMillis(15))
                        .heartbeat(Duration.ofMillis(100))
                        // Longer than a thread of the innocent waits for its turn on a busy machine.
                        .writeIdle(Duration.ofSeconds(3)));
    }

    /** Plays all endings and counts what is left behind. */
    public Report play() {
        long start = System.nanoTime();
        try (Room room = plan().unchecked().open()) {
            playAll(room);
            Await.within(Await.LIMIT, () -> leftBehind(room.snapshot()) == 0);
            try {
                room.sendBystandersHome();
            } catch (AssertionError e) {
                lost.add(String.valueOf(e.getMessage()));
            }
            PoolSnapshot snapshot = room.snapshot();
            PoolSnapshot.Counts counts = snapshot.counts();
            return new Report(
                    container.name(),
                    endings,
                    seed,
                    Duration.ofNanos(System.nanoTime() - start),
                    Math.abs(counts.admitted() - counts.released()),
                    snapshot.waiting(),
                    Math.max(0, room.log().mostInside() - SLOTS),
                    List.copyOf(lost),
                    counts,
                    played);
        }
    }

    private static long leftBehind(PoolSnapshot snapshot) {
        return Math.abs(snapshot.counts().admitted() - snapshot.counts().released()) + snapshot.waiting();
    }

    private void playAll(Room room) {
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        AtomicInteger next = new AtomicInteger();
        try (Stalled stalled = new Stalled()) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < CLIENTS; i++) {
                all.add(clients.submit(() -> {
                    for (int turn = next.getAndIncrement(); turn < endings; turn = next.getAndIncrement()) {
                        playOne(room, stalled, turn);
                    }
                }));
            }
            for (Future<?> one : all) {
                one.get();
            }
        } catch (Exception e) {
            throw new IllegalStateException(e);
        } finally {
            clients.shutdownNow();
        }
    }

    private void playOne(Room room, Stalled stalled, int turn) {
        RandomEnding ending = new RandomEnding(room, stalled, turn, seed);
        LongAdder count = played.get(ending.kind());
        if (count != null) {
            count.increment();
        }
        try {
            ending.play().ifPresent(lost::add);
        } catch (RuntimeException | AssertionError e) {
            lost.add(ending + ": " + e);
        }
    }

    /**
     * Plays on the container of a class name: {@code CLASS ENDINGS SEED}. Prints the report on one line and exits with
     * 1 if anything was left behind.
     */
    public static void main(String[] arguments) throws ReflectiveOperationException {
        if (arguments.length != 3) {
            System.err.println("usage: RandomEndings CONTAINER_CLASS ENDINGS SEED");
            System.exit(2);
        }
        Container container =
                (Container) Class.forName(arguments[0]).getDeclaredConstructor().newInstance();
        Report report =
                new RandomEndings(container, Integer.parseInt(arguments[1]), Long.parseLong(arguments[2])).play();
        report.lost().stream().limit(10).forEach(lost -> System.err.println("lost: " + lost));
        System.out.println(report.line());
        System.exit(report.isClean() ? 0 : 1);
    }
}
