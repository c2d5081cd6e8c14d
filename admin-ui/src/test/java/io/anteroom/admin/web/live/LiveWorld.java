// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.analytics.Counting;
import io.anteroom.admin.api.ClusterView;
import io.anteroom.admin.api.UpstreamView;
import io.anteroom.admin.api.UpstreamView.Upstream;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.AdminPages;
import io.anteroom.admin.web.FakeGuard;
import io.anteroom.admin.web.PageServer;
import io.anteroom.admin.web.Site;
import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;
import io.anteroom.event.QueueEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Pools whose requests, past and time a test makes up: as much happens as in a quarter of an hour, in no time. Real
 * time goes on from there once the pages are served.
 */
final class LiveWorld implements AutoCloseable, InstantSource {
    static final String[] MODELS = {"llama-3.3-70b", "mixtral-8x22b", "qwen3-32b"};

    private final Instant begin = Instant.parse("2026-11-21T09:00:00Z");
    private final PriorityQueue<Task> tasks = new PriorityQueue<>();
    private final Random random = new Random(7);
    private final Map<String, LiveSources.Facts.Known> facts = new ConcurrentHashMap<>();
    private final List<Upstream> upstreams = new ArrayList<>();
    final List<String> cancelled = new ArrayList<>();
    private final Running running = new Running();
    final LocalPools pools = new LocalPools(this::nanos, this::after, Runnable::run);
    private final Counting counting = new Counting(this, pools::all, name -> name);
    private final LivePages pages;
    private long movedNanos;
    private long realSinceNanos = -1;
    private PageServer server;
    private ClusterView cluster = () -> new ClusterView.State(
            "single",
            true,
            "",
            List.of(new ClusterView.Member(
                    "node-a",
                    "",
                    "0.1.0",
                    true,
                    ClusterView.Standing.HERE,
                    begin,
                    instant(),
                    Map.of("llm", new ClusterView.Share(8, 31)))));

    private record Task(long atNanos, Runnable work) implements Comparable<Task> {
        @Override
        public int compareTo(Task other) {
            return Long.compare(atNanos, other.atNanos);
        }
    }

    LiveWorld() {
        this.pages = new LivePages(new LiveSources(
                pools,
                counting.analytics(),
                () -> cluster.state(),
                new Backends(),
                name -> name,
                (pool, ticket) -> facts.get(pool + ticket),
                running,
                (pool, ticket, reason) -> {
                    cancelled.add(reason);
                    return pool.cancel(ticket, reason);
                },
                new FakeGuard(Role.OPERATOR),
                this,
                this::nanos));
    }

    private final class Backends implements UpstreamView {
        @Override
        public List<Upstream> all() {
            return List.copyOf(upstreams);
        }

        @Override
        public boolean drain(String id) {
            return change(id, "draining");
        }

        @Override
        public boolean undrain(String id) {
            return change(id, "up");
        }

        @Override
        public boolean reset(String id) {
            return change(id, "up");
        }

        private boolean change(String id, String state) {
            for (int i = 0; i < upstreams.size(); i++) {
                Upstream old = upstreams.get(i);
                if (old.id().equals(id)) {
                    upstreams.set(i, backend(id, state, "closed", old.address()));
                    return true;
                }
            }
            return false;
        }
    }

    Upstream backend(String id, String state, String breaker, String address) {
        boolean isUp = state.equals("up");
        return new Upstream(
                id,
                "default",
                address,
                state,
                breaker,
                isUp ? 4 : 0,
                1,
                4120,
                isUp ? 12 : 611,
                begin,
                state.equals("down") ? "connection refused" : "");
    }

    void backends(Upstream... all) {
        upstreams.addAll(List.of(all));
    }

    void cluster(ClusterView view) {
        cluster = view;
    }

    @Override
    public Instant instant() {
        return begin.plusNanos(nanos());
    }

    long nanos() {
        return movedNanos + (realSinceNanos < 0 ? 0 : System.nanoTime() - realSinceNanos);
    }

    private void after(Duration delay, Runnable work) {
        synchronized (tasks) {
            tasks.add(new Task(nanos() + delay.toNanos(), work));
        }
    }

    Analytics analytics() {
        return counting.analytics();
    }

    Pool pool(String name, PoolSettings settings) {
        return pools.open(name, settings);
    }

    /** A request comes, and runs as long as said once it may. */
    Admission arrive(Pool pool, String key, Priority level, String model, Duration run) {
        Caller caller = Caller.of(key, "10.0." + Math.abs(key.hashCode() % 4) + ".7");
        Arrival arrival = Arrival.of(caller, level).withBytes(2400);
        long[] number = new long[1];
        Waiter waiter = new Waiter() {
            @Override
            public void admitted(Lease lease) {
                run(pool, caller, level, lease, run);
            }

            @Override
            public void refused(Refusal refusal) {
                QueueEvent.Kind kind = switch (refusal.code()) {
                    case WAIT_TIMEOUT -> QueueEvent.Kind.EXPIRED;
                    default -> QueueEvent.Kind.SHED;
                };
                tell(event(pool, kind, caller, level, refusal.waited(), 1, Duration.ZERO, refusal.code()));
            }
        };
        Admission admission = pool.offer(arrival, waiter);
        if (admission instanceof Lease lease) {
            run(pool, caller, level, lease, run);
        } else if (admission instanceof Ticket ticket) {
            number[0] = ticket.id();
            facts.put(
                    pool.name() + ticket.id(),
                    new LiveSources.Facts.Known(
                            "req_" + Long.toHexString(0x9e3779b9L * ticket.id() & 0xffffffffL), model));
            tell(event(
                    pool,
                    QueueEvent.Kind.QUEUED,
                    caller,
                    level,
                    Duration.ZERO,
                    ticket.status().position(),
                    Duration.ZERO,
                    null));
        } else if (admission instanceof Refusal refusal) {
            tell(event(pool, QueueEvent.Kind.REFUSED, caller, level, Duration.ZERO, 0, Duration.ZERO, refusal.code()));
        }
        return admission;
    }

    private void run(Pool pool, Caller caller, Priority level, Lease lease, Duration run) {
        tell(event(
                pool,
                QueueEvent.Kind.ADMITTED,
                caller,
                level,
                lease.waited(),
                lease.initialPosition(),
                Duration.ZERO,
                null));
        after(run, () -> {
            lease.close();
            tell(event(pool, QueueEvent.Kind.RELEASED, caller, level, Duration.ZERO, 0, run, null));
        });
    }

    private static QueueEvent event(
            Pool pool,
            QueueEvent.Kind kind,
            Caller caller,
            Priority level,
            Duration waited,
            int position,
            Duration ran,
            Refusal.Code code) {
        return new QueueEvent(kind, "id", pool.name(), caller, level, null, waited, position, ran, code);
    }

    private void tell(QueueEvent event) {
        counting.analytics().on(event);
        running.on(event);
    }

    /** Seconds pass, in which requests come as the traffic says. */
    void pass(int seconds, Runnable traffic) {
        for (int i = 0; i < seconds; i++) {
            movedNanos += Duration.ofSeconds(1).toNanos();
            work();
            traffic.run();
            counting.tick();
            pages.sample();
        }
    }

    private void work() {
        while (true) {
            Task task;
            synchronized (tasks) {
                if (tasks.isEmpty() || tasks.peek().atNanos() > nanos()) {
                    return;
                }
                task = tasks.poll();
            }
            task.work().run();
        }
    }

    /** Some callers of a chat, one of them greedy, on a pool of eight slots that cannot serve them all. */
    LiveWorld busy() {
        Pool llm = pool("llm", PoolSettings.ofSlots(8).withQueue(256, 256L << 20));
        Pool embeddings = pool("embeddings", PoolSettings.ofSlots(16));
        pool("images", PoolSettings.ofSlots(2));
        String[] keys = {
            "chat-frontend", "batch-import", "batch-import", "batch-import", "research-notebooks", "support-bot", "ada"
        };
        Map<Integer, Priority> levels = new HashMap<>(Map.of(
                0,
                Priority.CRITICAL,
                1,
                Priority.LOW,
                2,
                Priority.LOW,
                3,
                Priority.NORMAL,
                4,
                Priority.NORMAL,
                5,
                Priority.HIGH,
                6,
                Priority.NORMAL));
        pass(890, () -> {
            double rate = 1.9 + Math.sin(nanos() / 9e10) * 0.7;
            for (int i = 0; i < 4; i++) {
                if (random.nextDouble() < rate / 4) {
                    int who = random.nextInt(keys.length);
                    arrive(
                            llm,
                            keys[who],
                            levels.get(who),
                            MODELS[who % MODELS.length],
                            Duration.ofMillis(1500 + random.nextInt(5000)));
                }
            }
            if (random.nextDouble() < 0.8) {
                arrive(embeddings, keys[random.nextInt(7)], Priority.NORMAL, "bge-m3", Duration.ofMillis(300));
            }
        });
        return this;
    }

    /** Serves the pages for a role; time is real from now on. */
    LiveWorld serve(Role role) throws Exception {
        realSinceNanos = System.nanoTime();
        Site site = Site.builder(new FakeGuard(role))
                .identity(new Site.Identity("production", "node-a", "0.1.0", () -> ""))
                .clock(this)
                .add(pages)
                .build();
        server = new PageServer(new AdminPages(site));
        return this;
    }

    String base() {
        return server.base();
    }

    LivePages pages() {
        return pages;
    }

    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
        pages.close();
        pools.close();
    }
}
