// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;
import io.anteroom.event.Notice;
import io.anteroom.hazelcast.ClusterNode;
import io.anteroom.hazelcast.ClusterSettings;
import io.anteroom.hazelcast.HazelcastPools;
import io.anteroom.hazelcast.OnPartition;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One node with clients that ask again and again, in a JVM of its own. It says {@code ready}, and once it is told to
 * stop on its input, what it has counted. Asked for {@code nodes} it says how many it sees and how often it has come
 * back after a cut, asked for its {@code role} what it is to the pool's state. Ended by SIGTERM it leaves in good order
 * and says what it has counted.
 */
final class ClusterGuest {
    private static final long LOST_AFTER_SECONDS = 60;

    private static final Duration DRAIN = Duration.ofSeconds(10);

    private final Pool pool;
    private final InetSocketAddress backend;
    private final Duration hold;
    private final AtomicLong offered = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong twice = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean isStopping;

    private ClusterGuest(Pool pool, InetSocketAddress backend, Duration hold) {
        this.pool = pool;
        this.backend = backend;
        this.hold = hold;
    }

    /** Node, address, addresses of all, address of the backend, slots, clients, milliseconds of a request, policy. */
    public static void main(String[] args) throws Exception {
        String node = args[0];
        AtomicInteger merged = new AtomicInteger();
        ClusterNode joined = ClusterNode.join(settings(node, args[1], args[2], args[7]), notice -> {
            if (notice.type().equals(Notice.NODE_JOINED)
                    && notice.subject().equals(node)
                    && Boolean.TRUE.equals(notice.facts().get("merged"))) {
                merged.incrementAndGet();
            }
        });
        HazelcastPools pools = new HazelcastPools(joined);
        PoolSettings poolSettings =
                PoolSettings.ofSlots(Integer.parseInt(args[4])).withEarlyRefusal(false);
        ClusterGuest guest = new ClusterGuest(
                pools.open("llm", poolSettings), address(args[3]), Duration.ofMillis(Integer.parseInt(args[6])));
        List<Thread> clients = guest.start(node, Integer.parseInt(args[5]));
        Runtime.getRuntime().addShutdownHook(new Thread(() -> guest.leave(clients, pools, joined)));
        System.out.println("ready");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String said = answer(input, joined, merged);
        if (said == null) {
            Runtime.getRuntime().halt(1);
        }
        guest.isStopping = true;
        for (Thread client : clients) {
            client.join();
        }
        System.out.println(guest.counted());
        if (input.readLine() != null) {
            pools.close();
            joined.leave();
        }
        Runtime.getRuntime().halt(0);
    }

    /** Answers questions until something else is said. */
    private static @Nullable String answer(BufferedReader input, ClusterNode joined, AtomicInteger merged)
            throws IOException {
        String said = input.readLine();
        while ("nodes".equals(said) || "role".equals(said)) {
            if ("role".equals(said)) {
                System.out.println("role " + Role.here().ordinal());
            } else {
                // By its own name among them: a node that was cut off comes back as itself.
                boolean isItself =
                        joined.nodes().stream().anyMatch(one -> one.name().equals(joined.name()));
                System.out.println("nodes " + (isItself ? joined.nodes().size() : 0) + " " + merged);
            }
            said = input.readLine();
        }
        return said;
    }

    static ClusterSettings settings(String node, String own, String all, String policy) {
        List<String> members = List.of(all.split(","));
        InetSocketAddress address = address(own);
        return ClusterSettings.of(node)
                .name("bench-" + Integer.toHexString(all.hashCode()))
                .listen(address.getHostString(), address.getPort())
                .members(members)
                .expectedMembers(members.size())
                .onPartition(OnPartition.valueOf(policy.toUpperCase(Locale.ROOT)))
                .build();
    }

    static InetSocketAddress address(String text) {
        int colon = text.lastIndexOf(':');
        return new InetSocketAddress(text.substring(0, colon), Integer.parseInt(text.substring(colon + 1)));
    }

    /** What a gateway does at SIGTERM: who waits is told, who runs ends, and the others take over. */
    private void leave(List<Thread> clients, HazelcastPools pools, ClusterNode joined) {
        isStopping = true;
        pools.close();
        long end = System.nanoTime() + DRAIN.toNanos();
        try {
            for (Thread client : clients) {
                client.join(
                        Math.max(1, Duration.ofNanos(end - System.nanoTime()).toMillis()));
                if (client.isAlive()) {
                    lost.incrementAndGet();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        System.out.println("left " + offered + " " + lost + " " + twice + " " + refused);
        joined.leave();
    }

    private List<Thread> start(String node, int count) {
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Arrival arrival = Arrival.of(Caller.of(node + "-" + i % 4, "ip-" + node + i), Priority.NORMAL);
            Thread client = new Thread(() -> run(arrival), "client");
            clients.add(client);
            client.start();
        }
        return clients;
    }

    /** Offered, lost, told twice, refused; running and waiting in the cluster once nothing of this node is. */
    private String counted() {
        long end = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        PoolSnapshot now = pool.snapshot();
        while ((now.running() > 0 || now.waiting() > 0) && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            now = pool.snapshot();
        }
        return "counted " + offered + " " + lost + " " + twice + " " + refused + " " + now.running() + " "
                + now.waiting();
    }

    private void run(Arrival arrival) {
        try (Socket socket = new Socket(backend.getAddress(), backend.getPort())) {
            socket.setTcpNoDelay(true);
            while (!isStopping) {
                once(arrival, socket);
            }
        } catch (IOException | InterruptedException | ExecutionException e) {
            System.err.println("client: " + e);
            Runtime.getRuntime().halt(3);
        }
    }

    private void once(Arrival arrival, Socket socket) throws IOException, InterruptedException, ExecutionException {
        CompletableFuture<Object> told = new CompletableFuture<>();
        AtomicInteger times = new AtomicInteger();
        offered.incrementAndGet();
        Admission answer = pool.offer(arrival, new Told(told, times));
        Object end = answer;
        if (answer instanceof Ticket ticket) {
            try {
                end = told.get(LOST_AFTER_SECONDS, TimeUnit.SECONDS);
            } catch (TimeoutException e) {
                lost.incrementAndGet();
                ticket.abandon();
                return;
            }
        }
        if (end instanceof Lease lease) {
            use(lease, socket);
        } else {
            refused.incrementAndGet();
            LockSupport.parkNanos(hold.toNanos());
        }
        if (times.get() > 1) {
            twice.incrementAndGet();
        }
    }

    private void use(Lease lease, Socket socket) throws IOException {
        say(socket, CountingBackend.BEGIN);
        LockSupport.parkNanos(hold.toNanos());
        say(socket, CountingBackend.END);
        lease.close();
    }

    /** The slot goes to another only after the backend knows that this request has ended. */
    private static void say(Socket socket, int what) throws IOException {
        socket.getOutputStream().write(what);
        if (socket.getInputStream().read() != what) {
            throw new IOException("the backend is gone");
        }
    }

    private record Told(CompletableFuture<Object> told, AtomicInteger times) implements Waiter {
        @Override
        public void admitted(Lease lease) {
            if (times.incrementAndGet() > 1) {
                lease.close();
            }
            told.complete(lease);
        }

        @Override
        public void refused(Refusal refusal) {
            times.incrementAndGet();
            told.complete(refusal);
        }
    }
}
