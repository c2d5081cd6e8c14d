// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.cluster.Member;
import com.hazelcast.config.Config;
import com.hazelcast.config.ExecutorConfig;
import com.hazelcast.config.InMemoryFormat;
import com.hazelcast.config.ReplicatedMapConfig;
import com.hazelcast.core.IExecutorService;
import com.hazelcast.replicatedmap.ReplicatedMap;
import io.anteroom.admission.Peers;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The other nodes of a cluster, asked over Hazelcast's executor. Safe from any thread. */
final class ClusterPeers implements Peers, AutoCloseable {
    static final String CONTEXT = "anteroom.peers";

    private static final Logger LOG = System.getLogger(ClusterPeers.class.getName());
    private static final String EXECUTOR = "anteroom.peers";
    private static final String KEPT = "anteroom.kept";
    private static final int ATTEMPTS = 3;
    private static final int REMEMBERED = 1000;
    /** The number of questions that change nothing: they may come twice, and their answers can be large. */
    private static final long HARMLESS = 0;

    private static final int MOST_WORDS = 10_000;
    private static final byte[] NOTHING = {};

    private final ClusterNode node;
    private final IExecutorService executor;
    /** On every node, so that a newcomer costs a look into a table and no round trip. Who keeps is part of the key. */
    private final ReplicatedMap<String, Boolean> kept;

    private final SecureRandom random = new SecureRandom();
    /** Words are hints: where they come faster than they go out, some are lost. */
    private final ThreadPoolExecutor words = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MOST_WORDS),
            ClusterPeers::daemon,
            new ThreadPoolExecutor.DiscardPolicy());

    private final Map<Long, Answered> answered = new LinkedHashMap<>();
    private volatile @Nullable UnaryOperator<byte[]> answers;

    /** The answer to a question, which may be asked twice. */
    private static final class Answered {
        private byte @Nullable [] answer;

        synchronized byte[] answer(byte[] question, UnaryOperator<byte[]> answers) {
            byte[] known = answer;
            if (known == null) {
                known = answers.apply(question);
                answer = known;
            }
            return known;
        }
    }

    ClusterPeers(ClusterNode node) {
        this.node = node;
        this.executor = node.hazelcast().getExecutorService(EXECUTOR);
        this.kept = node.hazelcast().getReplicatedMap(KEPT);
        node.hazelcast().getUserContext().put(CONTEXT, this);
    }

    /** What every node needs to know before it joins. */
    static void prepare(Config config) {
        config.addExecutorConfig(new ExecutorConfig(EXECUTOR)
                .setPoolSize(4)
                .setQueueCapacity(1000)
                .setStatisticsEnabled(false));
        config.addReplicatedMapConfig(new ReplicatedMapConfig(KEPT)
                .setInMemoryFormat(InMemoryFormat.OBJECT)
                .setAsyncFillup(true)
                .setStatisticsEnabled(false));
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "anteroom-cluster-words");
        thread.setDaemon(true);
        return thread;
    }

    private static String tag(long session) {
        return Long.toString(session, Character.MAX_RADIX);
    }

    @Override
    public String self() {
        return tag(node.session());
    }

    @Override
    public Set<String> others() {
        return isSpoken()
                ? node.nodes().stream()
                        .map(NodeView::session)
                        .filter(session -> session != node.session())
                        .map(ClusterPeers::tag)
                        .collect(Collectors.toUnmodifiableSet())
                : Set.of();
    }

    /** Nodes of the release before do not know what is asked here: until they have gone, nobody is asked. */
    private boolean isSpoken() {
        return node.wire().version() >= Codec.WITH_PEERS;
    }

    @Override
    public boolean misses() {
        return node.misses() || !isSpoken();
    }

    private @Nullable Member member(String peer) {
        for (Member member : node.hazelcast().getCluster().getMembers()) {
            String session = member.getAttribute(HazelcastConfig.SESSION);
            if (session != null && tag(Long.parseLong(session)).equals(peer)) {
                return member;
            }
        }
        return null;
    }

    @Override
    public byte[] ask(String peer, byte[] question) throws TimeoutException {
        // Never the number of those that are harmless.
        long number = random.nextLong() | 1;
        long patience = node.settings().ackWithin().toNanos() / ATTEMPTS;
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            byte[] answer = await(send(peer, number, question), patience);
            if (answer != null) {
                return answer;
            }
        }
        throw new TimeoutException("node " + peer + " does not answer");
    }

    private Future<byte[]> send(String peer, long number, byte[] question) throws TimeoutException {
        Member member = isSpoken() ? member(peer) : null;
        if (member == null) {
            throw new TimeoutException("node " + peer + " is not there");
        }
        return executor.submitToMember(new PeerCall(number, question), member);
    }

    /** Null if nothing comes in time, or nothing but an error. */
    private static byte @Nullable [] await(Future<byte[]> future, long patienceNanos) throws TimeoutException {
        try {
            return future.get(patienceNanos, TimeUnit.NANOSECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.log(Level.DEBUG, "cluster: another node did not answer", e);
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new TimeoutException("interrupted");
        }
    }

    @Override
    public List<byte[]> askAll(byte[] question) {
        long end = System.nanoTime() + node.settings().ackWithin().toNanos();
        List<Future<byte[]>> asked = new ArrayList<>();
        List<byte[]> all = new ArrayList<>();
        try {
            for (String peer : others()) {
                asked.add(send(peer, HARMLESS, question));
            }
            for (Future<byte[]> one : asked) {
                byte[] answer = await(one, Math.max(0, end - System.nanoTime()));
                if (answer != null && answer.length > 0) {
                    all.add(answer);
                }
            }
        } catch (TimeoutException e) {
            LOG.log(Level.DEBUG, "cluster: another node has gone", e);
        }
        return all;
    }

    @Override
    public void answering(UnaryOperator<byte[]> answers) {
        this.answers = answers;
    }

    /** What this node says to a question, which is asked again where the answer was lost. */
    byte[] answer(long number, byte[] question) {
        UnaryOperator<byte[]> known = answers;
        if (known == null) {
            return NOTHING;
        }
        try {
            return number == HARMLESS
                    ? known.apply(question)
                    : remembered(number).answer(question, known);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "cluster: a question of another node was not answered", e);
            return NOTHING;
        }
    }

    private Answered remembered(long number) {
        synchronized (answered) {
            Answered once = answered.computeIfAbsent(number, unknown -> new Answered());
            if (answered.size() > REMEMBERED) {
                answered.remove(answered.keySet().iterator().next());
            }
            return once;
        }
    }

    /** For tests. */
    int remembered() {
        synchronized (answered) {
            return answered.size();
        }
    }

    private static String key(String name, String peer) {
        return name + "/" + peer;
    }

    @Override
    public void keeps(String name, Duration atMost) {
        String key = key(name, self());
        words.execute(() -> word(() -> kept.put(key, true, Math.max(1, atMost.toMillis()), TimeUnit.MILLISECONDS)));
    }

    @Override
    public void lets(String name) {
        String key = key(name, self());
        words.execute(() -> word(() -> kept.remove(key)));
    }

    private static void word(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.log(Level.DEBUG, "cluster: a word about a kept place was lost", e);
        }
    }

    @Override
    public List<String> keepers(String name) {
        if (kept.isEmpty()) {
            return List.of();
        }
        return others().stream()
                .filter(peer -> kept.containsKey(key(name, peer)))
                .toList();
    }

    @Override
    public void close() {
        words.shutdownNow();
    }
}
