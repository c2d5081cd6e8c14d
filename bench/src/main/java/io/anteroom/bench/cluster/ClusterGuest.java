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
import io.anteroom.hazelcast.ClusterNode;
import io.anteroom.hazelcast.ClusterSettings;
import io.anteroom.hazelcast.HazelcastPools;
import io.anteroom.hazelcast.OnPartition;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
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

/**
 * One node with clients that ask again and again, in a JVM of its own. It says {@code ready}, and once it is told to
 * stop on its input, what it has counted.
 */
final class ClusterGuest {
    private static final long LOST_AFTER_SECONDS = 60;

    private final Pool pool;
    private final int backend;
    private final Duration hold;
    private final AtomicLong offered = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong twice = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile boolean isStopping;

    private ClusterGuest(Pool pool, int backend, Duration hold) {
        this.pool = pool;
        this.backend = backend;
        this.hold = hold;
    }

    /** Node, port, ports of all, port of the backend, slots, clients, milliseconds of a request, policy. */
    public static void main(String[] args) throws Exception {
        String node = args[0];
        List<String> members = new ArrayList<>();
        for (String port : args[2].split(",")) {
            members.add("127.0.0.1:" + port);
        }
        ClusterSettings settings = ClusterSettings.of(node)
                .name("bench-" + args[2].replace(',', '-'))
                .listen("127.0.0.1", Integer.parseInt(args[1]))
                .members(members)
                .expectedMembers(members.size())
                .onPartition(OnPartition.valueOf(args[7].toUpperCase(Locale.ROOT)))
                .build();
        ClusterNode joined = ClusterNode.join(settings, notice -> {});
        HazelcastPools pools = new HazelcastPools(joined);
        PoolSettings poolSettings =
                PoolSettings.ofSlots(Integer.parseInt(args[4])).withEarlyRefusal(false);
        ClusterGuest guest = new ClusterGuest(
                pools.open("llm", poolSettings),
                Integer.parseInt(args[3]),
                Duration.ofMillis(Integer.parseInt(args[6])));
        List<Thread> clients = guest.start(node, Integer.parseInt(args[5]));
        System.out.println("ready");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        if (input.readLine() == null) {
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
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), backend)) {
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
