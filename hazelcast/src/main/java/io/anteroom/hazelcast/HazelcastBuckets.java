// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.MapConfig;
import com.hazelcast.map.IMap;
import io.anteroom.rate.BucketStore;
import io.github.bucket4j.distributed.remote.RemoteVerboseResult;
import io.github.bucket4j.grid.hazelcast.HazelcastProxyManager;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The buckets of the rate limits for all nodes of a cluster: one entry for each bucket, with a backup, that Bucket4j's
 * arithmetic changes where it is. Safe from any thread.
 *
 * <p>All buckets of a request are asked at the same time, and what some have given is given back when others lack: so a
 * decision costs one round trip, and two requests that come at the same moment may both be refused where one of them
 * would have fitted. Never are both let in. A bucket that refuses nothing is written to its backup before the answer.
 *
 * <p>No call waits for longer than {@link ClusterSettings#ackWithin}. Once one has waited in vain the store counts as
 * down: calls fail at once, but for one every {@value #PROBE_MILLIS} ms that finds out whether it is back.
 *
 * <p>Each question has a thread until it is answered, at most {@value #MOST_CALLS} at a time; {@value #MOST_WAITING}
 * more wait for one, and what comes beyond that fails at once. Corrections have threads of their own, so that questions
 * do not wait for them, and are lost where {@value #MOST_CORRECTIONS} wait.
 */
public final class HazelcastBuckets implements BucketStore {
    /** How many buckets the cluster keeps, about; newcomers beyond share one for each limit. */
    public static final int MAX_BUCKETS = 200_000;

    static final String MAP = "anteroom.buckets";

    static final long PROBE_MILLIS = 500;

    private static final int MOST_CALLS = 300;
    private static final int MOST_WAITING = 1000;
    private static final int CORRECTING = 16;
    private static final int MOST_CORRECTIONS = 10_000;

    private static final Logger LOG = System.getLogger(HazelcastBuckets.class.getName());
    /** Bucket4j's types that go over the wire: four, with room for more. */
    private static final int FIRST_TYPE = 24_800;

    private static final Duration COUNT_EVERY = Duration.ofSeconds(1);
    /** An edit under way on another node at the same time, at most. */
    private static final int MOST_EDITS = 3;

    private static final int ATTEMPTS = 3;

    private final ClusterNode node;
    private final IMap<String, byte[]> map;
    private final Callers questions;
    private final Callers corrections = new Callers("anteroom-cluster-corrections", CORRECTING, MOST_CORRECTIONS);
    private final Outage outage = new Outage(TimeUnit.MILLISECONDS.toNanos(PROBE_MILLIS));
    private final int max;
    private volatile boolean isFull;

    /** Buckets of a node's cluster. They end with the node. */
    public HazelcastBuckets(ClusterNode node) {
        this(node, MAX_BUCKETS, new Callers("anteroom-cluster-buckets", MOST_CALLS, MOST_WAITING));
    }

    /** @param questions makes the calls that somebody waits for */
    HazelcastBuckets(ClusterNode node, int max, Callers questions) {
        this.node = node;
        this.max = max;
        this.questions = questions;
        node.endWith(questions);
        node.endWith(corrections);
        this.map = node.hazelcast().getMap(MAP);
        Buckets.warmUp();
        node.every(COUNT_EVERY, this::count);
    }

    /** What every node needs to know before it joins. */
    static void prepare(Config config) {
        config.addMapConfig(new MapConfig(MAP)
                .setInMemoryFormat(InMemoryFormat.BINARY)
                .setBackupCount(1)
                .setStatisticsEnabled(true)
                .setPerEntryStatsEnabled(false));
        HazelcastProxyManager.addCustomSerializers(config.getSerializationConfig(), FIRST_TYPE);
    }

    /** Buckets are spread evenly, so that this node's own tell how many there are, and no other has to be asked. */
    private void count() {
        long all = map.getLocalMapStats().getOwnedEntryCount()
                * Math.max(1, node.nodes().size());
        isFull = all >= max;
    }

    private boolean isKnownToAll() {
        return node.wire().version() >= Codec.WITH_PEERS;
    }

    /** Whether newcomers share a bucket. */
    boolean isFull() {
        return isFull;
    }

    /** One bucket as it is asked now. */
    private static final class Asked {
        final Claim claim;
        String key;
        Buckets.Step step;
        BucketCall call;

        @Nullable RemoteVerboseResult<Long> told;

        Asked(Claim claim, String key, Buckets.Step step, BucketCall call) {
            this.claim = claim;
            this.key = key;
            this.step = step;
            this.call = call;
        }
    }

    @Override
    public Take take(Claim[] claims) {
        if (!isKnownToAll()) {
            throw new IllegalStateException("a node of the release before knows no buckets");
        }
        if (!outage.mayTry(System.nanoTime())) {
            throw new IllegalStateException("the cluster does not answer");
        }
        long end = System.nanoTime() + node.settings().ackWithin().toNanos();
        List<Asked> all = new ArrayList<>(claims.length);
        boolean isHeard = false;
        try {
            for (Claim claim : claims) {
                String key = Buckets.key(claim);
                Buckets.Step step = Buckets.take(claim, !isFull);
                all.add(new Asked(claim, key, step, send(key, step)));
            }
            for (Asked asked : all) {
                hear(asked, end);
            }
            isHeard = true;
        } catch (TimeoutException | ExecutionException e) {
            outage.failed(System.nanoTime());
            throw new IllegalStateException("the cluster does not answer", e);
        } catch (RejectedExecutionException e) {
            // No outage: the cluster answers, or somebody who waits for it finds that out.
            throw new IllegalStateException("too many wait for the cluster", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while the cluster was asked", e);
        } finally {
            if (!isHeard) {
                all.forEach(this::giveBackLate);
            }
        }
        outage.answered();
        return verdict(all);
    }

    /** Takes in one answer; a bucket that follows another limit by now is asked again. */
    private void hear(Asked asked, long end) throws InterruptedException, ExecutionException, TimeoutException {
        for (int edits = 0; ; edits++) {
            RemoteVerboseResult<Long> told = Buckets.told(answer(asked, end));
            if (told == null) {
                ask(asked, Buckets.shared(asked.claim));
            } else if (edits >= MOST_EDITS || Buckets.isOf(asked.claim.limit(), told)) {
                asked.told = told;
                return;
            } else {
                byte[] unused =
                        send(asked.key, Buckets.follow(asked.claim, told)).await(end - System.nanoTime());
                ask(asked, asked.key);
            }
        }
    }

    private void ask(Asked asked, String key) {
        asked.key = key;
        asked.step = Buckets.take(asked.claim, true);
        asked.call = send(key, asked.step);
    }

    /**
     * Calls can get lost while nodes come and go, which Hazelcast notices after half a minute: so one is made again in
     * the time that there is. What an earlier one takes in the end is given back.
     */
    private byte[] answer(Asked asked, long end) throws InterruptedException, ExecutionException, TimeoutException {
        long patience = node.settings().ackWithin().toNanos() / ATTEMPTS;
        while (true) {
            long left = end - System.nanoTime();
            try {
                return asked.call.await(Math.min(left, patience));
            } catch (TimeoutException e) {
                if (left <= patience) {
                    throw e;
                }
                if (asked.call.hasBegun()) {
                    BucketCall again = send(asked.key, asked.step);
                    giveBackLate(asked);
                    asked.call = again;
                }
            }
        }
    }

    /** What it takes that nobody waits for, or has taken by now, goes back. */
    private void giveBackLate(Asked asked) {
        Claim claim = asked.claim;
        String key = asked.key;
        asked.call.giveUp(answer -> {
            if (claim.amount() > 0 && Buckets.isTaken(Buckets.told(answer))) {
                settle(key, Buckets.correct(claim, -claim.amount()));
            }
        });
    }

    private BucketCall send(String key, Buckets.Step step) {
        BucketCall call = new BucketCall(map, key, step);
        questions.execute(call);
        return call;
    }

    private Take verdict(List<Asked> all) {
        long[] remaining = new long[all.size()];
        long[] resetNanos = new long[all.size()];
        long wait = 0;
        int lacking = -1;
        long lackingWait = 0;
        for (int i = 0; i < all.size(); i++) {
            Asked asked = all.get(i);
            Buckets.Standing standing = Buckets.standing(asked.claim, asked.told);
            remaining[i] = standing.remaining();
            resetNanos[i] = standing.resetNanos();
            if (standing.isTaken()) {
                wait = Math.max(wait, standing.waitNanos());
            } else if (lacking < 0 || standing.waitNanos() > lackingWait) {
                lacking = i;
                lackingWait = standing.waitNanos();
            }
        }
        if (lacking < 0) {
            return new Take(true, wait, -1, remaining, resetNanos);
        }
        for (int i = 0; i < all.size(); i++) {
            Asked asked = all.get(i);
            if (Buckets.isTaken(asked.told)) {
                remaining[i] += asked.claim.amount();
                settle(asked.key, Buckets.correct(asked.claim, -asked.claim.amount()));
            }
        }
        return new Take(false, lackingWait, lacking, remaining, resetNanos);
    }

    /** Sent, and not waited for: whoever has ended does not care any more. */
    @Override
    public void correct(Claim claim, long amount) {
        if (amount != 0) {
            settle(Buckets.key(claim), Buckets.correct(claim, amount));
        }
    }

    private void settle(String key, Buckets.Step step) {
        try {
            corrections.execute(() -> correct(key, step));
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "cluster: a correction of a bucket was lost", e);
        }
    }

    private void correct(String key, Buckets.Step step) {
        try {
            byte[] unused = map.<byte[]>executeOnKey(key, step.processor());
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "cluster: a correction of a bucket was lost", e);
        }
    }
}
