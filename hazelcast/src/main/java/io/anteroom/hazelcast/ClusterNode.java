// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.config.Config;
import com.hazelcast.config.ListenerConfig;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastException;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.LifecycleEvent;
import io.anteroom.event.Notice;
import io.anteroom.event.NoticeListener;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * This process as a node of a cluster: it joins the others, tells who comes and goes, and carries words between them.
 * Pools of the cluster are {@link HazelcastPools} around it. Safe from any thread.
 */
public final class ClusterNode implements AutoCloseable {
    private static final Logger LOG = System.getLogger(ClusterNode.class.getName());
    private static final int WORKERS = 4;
    private static final int MOST_CALLS = 500;
    private static final int MOST_ATTEMPTS = 3;
    private static final Duration BEAT = Duration.ofMillis(100);
    private static final Duration KNOCK = Duration.ofSeconds(1);
    private static final Duration FAREWELL = Duration.ofSeconds(5);
    private static final Duration LISTENING = Duration.ofSeconds(2);

    private final ClusterSettings settings;
    private final long session;
    private final LongSupplier nanoClock;
    private final NoticeListener notices;
    private final ExecutorService workers = Executors.newFixedThreadPool(WORKERS, Daemons.named("anteroom-cluster"));
    /** One is blocked for each call that is under way: one for each pool, and more while calls get lost. */
    private final ThreadPoolExecutor callers = new ThreadPoolExecutor(
            0, MOST_CALLS, 10, TimeUnit.SECONDS, new SynchronousQueue<>(), Daemons.named("anteroom-cluster-calls"));

    /** One looks at a time, and one more if the view changes meanwhile: a door that nobody opens takes a moment. */
    private final ThreadPoolExecutor lookers = new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(1),
            Daemons.named("anteroom-cluster-looks"),
            new ThreadPoolExecutor.DiscardPolicy());

    private final ScheduledThreadPoolExecutor scheduler =
            new ScheduledThreadPoolExecutor(1, Daemons.named("anteroom-cluster-ticks"));
    private final Lookout lookout;
    private final LocalOwner owner;
    private final List<Consumer<Note>> readers = new CopyOnWriteArrayList<>();
    private final List<Runnable> viewers = new CopyOnWriteArrayList<>();
    private final List<Runnable> leavers = new CopyOnWriteArrayList<>();
    private final List<ScheduledFuture<?>> periodic = new CopyOnWriteArrayList<>();
    private final List<Callers> ending = new CopyOnWriteArrayList<>();
    private final HazelcastInstance hazelcast;
    private final Words words;
    private final Wire wire = new Wire();

    private ClusterNode(ClusterSettings settings, NoticeListener notices, LongSupplier nanoClock) {
        this.settings = settings;
        this.notices = notices;
        this.nanoClock = nanoClock;
        session = new SecureRandom().nextLong() >>> 1 | 1;
        lookout = new Lookout(System::nanoTime, settings.keepLeases(), settings.forgetAfter());
        owner = new LocalOwner(settings, session, nanoClock, lookout, wire);
        scheduler.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        scheduler.setRemoveOnCancelPolicy(true);
        Config config = HazelcastConfig.of(settings, session, wire);
        config.getUserContext().put(Owner.KEY, owner);
        config.addListenerConfig(new ListenerConfig(
                new Comings(lookout, notices, this::look, settings.silentAfter(), System::nanoTime)));
        try {
            hazelcast = Hazelcast.newHazelcastInstance(config);
        } catch (RuntimeException e) {
            stopThreads();
            throw e;
        }
        words = new Words(hazelcast::getTopic);
        try {
            begin();
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    private void begin() {
        wire.joined(hazelcast.getCluster());
        owner.announceBy(workers, this::tell);
        lookout.sees(Doors.of(hazelcast.getCluster().getMembers()));
        warmUp();
        hazelcast.getLifecycleService().addLifecycleListener(this::lifecycle);
        boolean unusedAll = words.listen(name(), this::read, Daemons.named("anteroom-cluster-words"), LISTENING);
        ScheduledFuture<?> unusedBeats = always(BEAT, owner.pulse()::beat);
        ScheduledFuture<?> unusedKnocks = always(KNOCK, () -> {
            if (lookout.isUnsure()) {
                look();
            }
        });
    }

    /** The first access gives the partitions their owners, which takes a second that no request should wait for. */
    private void warmUp() {
        try {
            hazelcast
                    .getMap(HazelcastConfig.POOLS)
                    .getAsync(settings.node())
                    .toCompletableFuture()
                    .get(FAREWELL.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            // Then the first request finds out.
            LOG.log(Level.DEBUG, "cluster: not warm yet", e);
        }
    }

    /**
     * Joins the cluster, or begins one.
     *
     * @param notices told of nodes that come and go
     * @throws IllegalStateException if the port is taken or another node has this name
     */
    public static ClusterNode join(ClusterSettings settings, NoticeListener notices) {
        return join(settings, notices, System::nanoTime);
    }

    /** The same on a clock of somebody's, which never runs backwards. */
    static ClusterNode join(ClusterSettings settings, NoticeListener notices, LongSupplier nanoClock) {
        ClusterNode node = null;
        for (int attempt = 1; node == null; attempt++) {
            node = attempt(settings, notices, nanoClock, attempt == MOST_ATTEMPTS);
        }
        if (node.isNamedTwice()) {
            node.close();
            throw new IllegalStateException(
                    "cluster: node: " + settings.node() + " (expected: a name that no other node has)");
        }
        return node;
    }

    /** Null if that failed and may go better the next time: nodes that start together can miss each other's words. */
    private static @Nullable ClusterNode attempt(
            ClusterSettings settings, NoticeListener notices, LongSupplier nanoClock, boolean isLast) {
        try {
            return new ClusterNode(settings, notices, nanoClock);
        } catch (RuntimeException e) {
            if (!isLast && !(e instanceof HazelcastException)) {
                LOG.log(Level.WARNING, "cluster: node " + settings.node() + " could not join and tries again", e);
                return null;
            }
            throw new IllegalStateException(
                    "cluster: node " + settings.node() + " cannot listen on " + settings.host() + ":" + settings.port()
                            + " or join (expected: a free port, the same release on every node): " + e.getMessage(),
                    e);
        }
    }

    private boolean isNamedTwice() {
        return nodes().stream().anyMatch(other -> other.name().equals(name()) && other.session() != session);
    }

    /** This node's name. */
    public String name() {
        return settings.node();
    }

    /** How it was set up. */
    public ClusterSettings settings() {
        return settings;
    }

    /** The nodes that are in the cluster, this one among them, by name. */
    public List<NodeView> nodes() {
        return lookout.nodes();
    }

    /** The nodes that have gone within that time, the last first; none whose name is in the cluster again. */
    public List<GoneNode> gone(Duration within) {
        return lookout.gone(within);
    }

    /**
     * Whether any node has been out of sight for less than an hour, or twice as long as its slots stay taken or as it
     * is expected if that is longer, and may live: this may be a part of a cluster that has come apart.
     */
    public boolean misses() {
        return lookout.misses();
    }

    /** Tells all other nodes that something which they share has changed, as settings; a word that can get lost. */
    public void tellChanged(String what) {
        tellAll(new Note.Changed(what));
    }

    /** Has {@code listener} told what other nodes {@link #tellChanged} say. */
    public void onChanged(Consumer<String> listener) {
        readers.add(note -> {
            if (note instanceof Note.Changed changed) {
                listener.accept(changed.what());
            }
        });
    }

    long session() {
        return session;
    }

    LongSupplier nanoClock() {
        return nanoClock;
    }

    Wire wire() {
        return wire;
    }

    /** What is known of the cluster at this moment, to make a state anew that knows nothing. */
    Beginning beginning(int expected, int had) {
        // The word that a node has gone may come after the call that finds no state.
        lookout.sees(Doors.of(hazelcast.getCluster().getMembers()));
        return new Beginning(
                lookout.names(),
                lookout.missing(settings.keepLeases()),
                Math.max(Math.max(expected, settings.expectedMembers()), lookout.known(settings.forgetAfter())),
                had);
    }

    Lookout lookout() {
        return lookout;
    }

    ExecutorService workers() {
        return workers;
    }

    /** For calls that block until they are answered; refuses what is too much. */
    Executor callers() {
        return callers;
    }

    HazelcastInstance hazelcast() {
        return hazelcast;
    }

    /** Stops somebody's threads with this node. */
    void endWith(Callers threads) {
        ending.add(threads);
    }

    /** Takes pools that were closed off this node, which goes on. */
    void forget() {
        readers.clear();
        viewers.clear();
        leavers.clear();
        periodic.forEach(task -> task.cancel(false));
        periodic.clear();
    }

    void onNote(Consumer<Note> reader) {
        readers.add(reader);
    }

    void onView(Runnable viewer) {
        viewers.add(viewer);
    }

    void onLeave(Runnable leaver) {
        leavers.add(leaver);
    }

    /** Runs a task again and again, until this node stops or is told to {@link #forget} it. */
    void every(Duration pause, Runnable task) {
        periodic.add(always(pause, task));
    }

    private ScheduledFuture<?> always(Duration pause, Runnable task) {
        return scheduler.scheduleWithFixedDelay(
                () -> guarded(task), pause.toNanos(), pause.toNanos(), TimeUnit.NANOSECONDS);
    }

    /** Runs a task once, unless this node has stopped. */
    void after(Duration pause, Runnable task) {
        try {
            ScheduledFuture<?> unused = scheduler.schedule(() -> guarded(task), pause.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RejectedExecutionException e) {
            // This node stops.
        }
    }

    private static void guarded(Runnable task) {
        try {
            task.run();
        } catch (Throwable e) {
            // Errors, too: a periodic task that throws is never run again.
            LOG.log(Level.WARNING, "cluster: a task failed", e);
        }
    }

    /** Says a word to one node, which may be this one. */
    void tell(String node, Note note) {
        if (node.equals(name())) {
            read(note);
        } else {
            words.tell(node, note);
        }
    }

    void tellAll(Note note) {
        words.tellAll(note);
    }

    private void read(Note note) {
        if (note instanceof Note.Leaves leaves) {
            lookout.leaves(leaves.session());
        }
        for (Consumer<Note> reader : readers) {
            guarded(() -> reader.accept(note));
        }
    }

    private void lifecycle(LifecycleEvent event) {
        if (event.getState() == LifecycleEvent.LifecycleState.MERGED) {
            LOG.log(Level.WARNING, "cluster: node " + name() + " was cut off and is back");
            notices.on(new Notice(Notice.NODE_JOINED, name(), Map.of("node", name(), "merged", true)));
            look();
        }
    }

    /** Finds out what became of those that are missing, and tells those who want to know. */
    void look() {
        lookers.execute(() -> guarded(() -> {
            lookout.knock();
            viewers.forEach(Runnable::run);
        }));
    }

    /** Leaves in good order: the others go on at once, and this node is not expected back. */
    public void leave() {
        leavers.forEach(Runnable::run);
        if (wire.version() >= Codec.WITH_FAREWELLS) {
            tellAll(new Note.Leaves(session));
        }
        hazelcast.shutdown();
        stopThreads();
    }

    /** Leaves at once; the others find out. */
    @Override
    public void close() {
        hazelcast.getLifecycleService().terminate();
        stopThreads();
    }

    private void stopThreads() {
        scheduler.shutdownNow();
        lookers.shutdownNow();
        workers.shutdown();
        // Not interrupted: each ends with the instance.
        callers.shutdown();
        ending.forEach(Callers::stop);
        try {
            if (!workers.awaitTermination(FAREWELL.toMillis(), TimeUnit.MILLISECONDS)) {
                workers.shutdownNow();
            }
        } catch (InterruptedException e) {
            workers.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }
}
