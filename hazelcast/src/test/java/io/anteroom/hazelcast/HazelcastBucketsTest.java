// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.hazelcast.map.EntryProcessor;
import io.anteroom.rate.BucketStore;
import io.anteroom.rate.BucketStore.Claim;
import io.anteroom.rate.BucketStore.Take;
import io.anteroom.rate.Limit;
import io.anteroom.rate.Refill;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One limit for three nodes, each with real clocks and threads. */
final class HazelcastBucketsTest {
    private static final Limit HUNDRED = Limit.requests("hundred", 100, Duration.ofHours(1));

    /** Long enough for a busy machine; short enough for the test that waits in vain. */
    private static final Duration PATIENCE = Duration.ofSeconds(4);

    private Members members;
    private final List<BucketStore> stores = new ArrayList<>();

    @BeforeEach
    void join() {
        members = new Members(3, System::nanoTime, how -> how.ackWithin(PATIENCE));
        members.nodes.forEach(node -> stores.add(new HazelcastBuckets(node)));
        for (int i = 0; i < 3; i++) {
            int node = i;
            Await.until("it answers", () -> answers(node, "first"));
        }
    }

    @AfterEach
    void leave() {
        members.close();
    }

    private static Claim claim(Limit limit, String subject, long amount) {
        return new Claim(limit, subject, amount, 0);
    }

    private Take take(int node, Claim... claims) {
        return stores.get(node).take(claims);
    }

    private long left(int node, Limit limit, String subject) {
        return take(node, claim(limit, subject, 0)).remaining()[0];
    }

    private <T> List<T> onAllNodes(int threads, Callable<List<T>> work) throws Exception {
        ExecutorService runners = Executors.newFixedThreadPool(threads);
        try {
            List<T> all = new ArrayList<>();
            List<Future<List<T>>> futures = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                futures.add(runners.submit(work));
            }
            for (Future<List<T>> one : futures) {
                all.addAll(one.get(30, TimeUnit.SECONDS));
            }
            return all;
        } finally {
            runners.shutdownNow();
        }
    }

    @Test
    void take_fromAllNodesAtOnce_grantsTheLimitExactly() throws Exception {
        List<Boolean> granted = onAllNodes(6, () -> {
            List<Boolean> own = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                own.add(take(i % 3, claim(HUNDRED, "somebody", 1)).isTaken());
            }
            return own;
        });

        assertThat(granted).hasSize(240);
        assertThat(granted.stream().filter(Boolean::booleanValue)).hasSize(100);
        assertThat(take(1, claim(HUNDRED, "another", 1)).remaining()[0]).isEqualTo(99);
    }

    private record Passed(long beforeNanos, long afterNanos) {}

    @Test
    void take_overEveryWindow_neverMoreThanSavedUpAndRefilled() throws Exception {
        Limit limit = new Limit(
                "fast",
                HUNDRED.unit(),
                HUNDRED.by(),
                200,
                Duration.ofSeconds(1),
                50,
                Refill.SMOOTH,
                HUNDRED.onLimit(),
                null);
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(1500);

        List<Passed> passed = onAllNodes(3, () -> {
            List<Passed> own = new ArrayList<>();
            for (int i = 0; System.nanoTime() - end < 0; i++) {
                long before = System.nanoTime();
                if (take(i % 3, claim(limit, "busy", 1)).isTaken()) {
                    own.add(new Passed(before, System.nanoTime()));
                }
            }
            return own;
        });

        assertThat(passed).hasSizeGreaterThan(200);
        for (Passed first : passed) {
            for (Passed last : passed) {
                long window = last.afterNanos() - first.beforeNanos();
                long within = passed.stream()
                        .filter(one ->
                                one.beforeNanos() >= first.beforeNanos() && one.afterNanos() <= last.afterNanos())
                        .count();
                // The owner's clock counts in milliseconds.
                assertThat(within)
                        .isLessThanOrEqualTo(50 + 1 + (Math.max(0, window) + 2_000_000) * 200 / 1_000_000_000);
            }
        }
    }

    @Test
    void take_oneBucketLacks_takesFromNone() {
        Limit small = Limit.requests("small", 3, Duration.ofHours(1));
        for (int i = 0; i < 3; i++) {
            take(i, claim(small, "x", 1));
        }

        Take refused = take(0, claim(HUNDRED, "x", 10), claim(small, "x", 1));

        assertThat(refused.isTaken()).isFalse();
        assertThat(refused.lacking()).isEqualTo(1);
        assertThat(refused.remaining()).containsExactly(100, 0);
        assertThat(Duration.ofNanos(refused.waitNanos())).isBetween(Duration.ofMinutes(19), Duration.ofMinutes(20));
        Await.until("what was taken is back", () -> left(1, HUNDRED, "x") == 100);
    }

    @Test
    void take_withPatience_goesIntoDebtForAllNodes() {
        Limit limit = Limit.requests("queue", 10, Duration.ofSeconds(100));
        take(0, claim(limit, "x", 10));

        Take first = take(1, new Claim(limit, "x", 1, Duration.ofSeconds(15).toNanos()));
        Take second = take(2, new Claim(limit, "x", 1, Duration.ofSeconds(15).toNanos()));

        assertThat(first.isTaken()).isTrue();
        assertThat(Duration.ofNanos(first.waitNanos())).isBetween(Duration.ofSeconds(8), Duration.ofSeconds(10));
        assertThat(first.remaining()[0]).isEqualTo(-1);
        assertThat(second.isTaken()).isFalse();
        assertThat(Duration.ofNanos(second.waitNanos())).isBetween(Duration.ofSeconds(17), Duration.ofSeconds(20));
    }

    @Test
    void correct_givesBackAtMostWhatThereWas_andTakesIntoDebt() {
        take(0, claim(HUNDRED, "x", 60));

        stores.get(1).correct(claim(HUNDRED, "x", 60), -50);
        Await.until("50 are back", () -> left(2, HUNDRED, "x") == 90);
        stores.get(2).correct(claim(HUNDRED, "x", 60), 120);
        Await.until("it is in debt", () -> left(0, HUNDRED, "x") == -30);
        stores.get(2).correct(claim(HUNDRED, "unknown", 1), -1);

        assertThat(left(0, HUNDRED, "unknown")).isEqualTo(100);
    }

    @Test
    void take_afterAnEdit_countsWhatWasUsed() {
        Limit more = Limit.requests("hundred", 150, Duration.ofHours(1));
        Limit less = Limit.requests("hundred", 50, Duration.ofHours(1));
        Limit least = Limit.requests("hundred", 10, Duration.ofHours(1));
        take(0, claim(HUNDRED, "x", 20));

        assertThat(left(1, more, "x")).isEqualTo(130);
        assertThat(left(2, less, "x")).isEqualTo(30);
        assertThat(take(0, claim(least, "x", 1)).isTaken()).isFalse();
        assertThat(left(1, least, "x")).isZero();
        assertThat(left(1, HUNDRED, "x")).isEqualTo(90);
    }

    @Test
    void take_afterTheLossOfAnyNode_remembers() {
        for (int i = 0; i < 30; i++) {
            take(i % 3, claim(HUNDRED, "caller-" + i, 60));
        }

        members.nodes.get(2).close();

        for (int i = 0; i < 30; i++) {
            int caller = i;
            Await.until("it answers", () -> answers(1, "caller-" + caller));
            assertThat(left(0, HUNDRED, "caller-" + i)).isEqualTo(40);
        }
    }

    private boolean answers(int node, String subject) {
        try {
            take(node, claim(HUNDRED, subject, 0));
            return true;
        } catch (IllegalStateException e) {
            return false;
        }
    }

    @Test
    void take_tooManyBuckets_newcomersShareOneAndOthersKeepTheirs() {
        HazelcastBuckets few = new HazelcastBuckets(members.nodes.get(0), 30, new Callers("few", 4, 4));
        for (int i = 0; i < 60; i++) {
            take(0, claim(HUNDRED, "caller-" + i, 1));
        }
        Await.until("it has counted", few::isFull);

        assertThat(few.take(new Claim[] {claim(HUNDRED, "new-1", 30)}).remaining()[0])
                .isEqualTo(70);
        assertThat(few.take(new Claim[] {claim(HUNDRED, "new-2", 30)}).remaining()[0])
                .isEqualTo(40);
        assertThat(few.take(new Claim[] {claim(HUNDRED, "caller-7", 1)}).remaining()[0])
                .isEqualTo(98);
    }

    @Test
    void take_bucketIsFullAgain_isForgotten() {
        Limit quick = Limit.requests("quick", 1000, Duration.ofSeconds(1));
        take(0, claim(quick, "x", 5));
        assertThat(buckets()).isPositive();

        Await.until("it is gone", () -> buckets() == 0);
    }

    private long buckets() {
        return members.nodes.stream()
                .mapToLong(node -> node.hazelcast()
                        .getMap(HazelcastBuckets.MAP)
                        .getLocalMapStats()
                        .getOwnedEntryCount())
                .sum();
    }

    @Test
    void take_theOwnerDoesNotAnswer_failsInTimeAndThenAtOnceUntilItIsBack() throws Exception {
        ClusterNode node = members.nodes.get(0);
        String subject = ownedBy(node);
        CountDownLatch mayGoOn = stick(node, subject);

        long before = System.nanoTime();
        assertThatThrownBy(() -> take(1, claim(HUNDRED, subject, 1))).isInstanceOf(IllegalStateException.class);
        long first = System.nanoTime();
        assertThatThrownBy(() -> take(1, claim(HUNDRED, subject, 1))).isInstanceOf(IllegalStateException.class);
        long second = System.nanoTime();
        mayGoOn.countDown();

        assertThat(Duration.ofNanos(first - before)).isBetween(PATIENCE.minusMillis(100), PATIENCE.plusSeconds(4));
        assertThat(Duration.ofNanos(second - first)).isLessThan(Duration.ofMillis(400));
        Await.until("it is back", () -> {
            try {
                return take(1, claim(HUNDRED, subject, 1)).isTaken();
            } catch (IllegalStateException e) {
                return false;
            }
        });
    }

    /** Has the owner of a bucket stand still until it is let go on. */
    private static CountDownLatch stick(ClusterNode owner, String subject) throws InterruptedException {
        CountDownLatch isStuck = new CountDownLatch(1);
        CountDownLatch mayGoOn = new CountDownLatch(1);
        EntryProcessor<String, byte[], Boolean> stuck = new EntryProcessor<>() {
            private static final long serialVersionUID = 1L;

            @Override
            public Boolean process(Map.Entry<String, byte[]> entry) {
                isStuck.countDown();
                try {
                    return mayGoOn.await(30, TimeUnit.SECONDS);
                } catch (InterruptedException e) {
                    return false;
                }
            }

            @Override
            public EntryProcessor<String, byte[], Boolean> getBackupProcessor() {
                return null;
            }
        };
        owner.hazelcast().<String, byte[]>getMap(HazelcastBuckets.MAP).submitToKey("hundred\0" + subject, stuck);
        assertThat(isStuck.await(10, TimeUnit.SECONDS)).isTrue();
        return mayGoOn;
    }

    /** On one or two processors Hazelcast starts a thread for each answer to a call that does not block. */
    @Test
    void take_manyTimes_startsNoThreadEachTime() {
        for (int i = 0; i < 100; i++) {
            take(i % 3, claim(HUNDRED, "caller-" + i, 1), claim(HUNDRED, "other-" + i, 1));
        }
        long before = ManagementFactory.getThreadMXBean().getTotalStartedThreadCount();

        for (int i = 0; i < 1000; i++) {
            take(i % 3, claim(HUNDRED, "caller-" + i % 100, 0), claim(HUNDRED, "other-" + i % 100, 0));
            stores.get(i % 3).correct(claim(HUNDRED, "caller-" + i % 100, 1), -1);
        }

        assertThat(ManagementFactory.getThreadMXBean().getTotalStartedThreadCount() - before)
                .isLessThan(200);
    }

    @Test
    void take_moreWaitThanMay_isRefusedAtOnce_andWhatNobodyWaitedForIsGivenBack() throws Exception {
        String subject = ownedBy(members.nodes.get(0));
        Callers few = new Callers("few", 2, 1);
        HazelcastBuckets store = new HazelcastBuckets(members.nodes.get(1), HazelcastBuckets.MAX_BUCKETS, few);
        CountDownLatch mayGoOn = stick(members.nodes.get(0), subject);
        ExecutorService takers = Executors.newFixedThreadPool(3);
        List<Future<Boolean>> taken = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            taken.add(takers.submit(() -> isTaken(store, subject)));
        }
        Await.until("two are asked, one waits", () -> few.waiting() == 1);

        long before = System.nanoTime();
        assertThatThrownBy(() -> store.take(new Claim[] {claim(HUNDRED, subject, 1)}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("too many wait");
        Duration refusedAfter = Duration.ofNanos(System.nanoTime() - before);
        for (Future<Boolean> one : taken) {
            // Their calls are under way, or wait, when they give up.
            assertThat(one.get(30, TimeUnit.SECONDS)).isFalse();
        }
        mayGoOn.countDown();
        takers.shutdown();

        assertThat(refusedAfter).isLessThan(Duration.ofSeconds(1));
        Await.until("all is given back", () -> answers(2, subject) && left(2, HUNDRED, subject) == 100);
        Await.until("it answers", () -> isTaken(store, subject));
        Await.until("that alone is taken", () -> left(2, HUNDRED, subject) == 99);
    }

    private static boolean isTaken(BucketStore store, String subject) {
        try {
            return store.take(new Claim[] {claim(HUNDRED, subject, 1)}).isTaken();
        } catch (IllegalStateException e) {
            return false;
        }
    }

    private static String ownedBy(ClusterNode node) {
        for (int i = 0; ; i++) {
            String subject = "caller-" + i;
            var owner = node.hazelcast()
                    .getPartitionService()
                    .getPartition("hundred\0" + subject)
                    .getOwner();
            if (owner != null && owner.localMember()) {
                return subject;
            }
        }
    }
}
