// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;
import io.anteroom.hazelcast.ClusterNode;
import io.anteroom.hazelcast.HazelcastPools;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * One node that asks for slots when it is told to, in a JVM of its own. On its input {@code offer KEY LEVEL} has it ask
 * once, which it answers with {@code asked} as soon as the request has its place, or runs; {@code crowd KEY COUNT} has
 * so many clients of a key ask again and again. What runs says its key at the backend.
 */
final class OrderGuest {
    private static final Duration SHORT = Duration.ofMillis(5);
    private static final Duration HOLD = Duration.ofMillis(10);

    private final ExecutorService runners = Executors.newCachedThreadPool(OrderGuest::daemon);
    private final Pool line;
    private final Pool fair;
    private final String node;
    private final InetSocketAddress backend;

    private OrderGuest(String node, HazelcastPools pools, InetSocketAddress backend) {
        this.node = node;
        this.backend = backend;
        line = pools.open("line", PoolSettings.ofSlots(1).withEarlyRefusal(false));
        fair = pools.open("fair", PoolSettings.ofSlots(8).withEarlyRefusal(false));
    }

    /** Node, address, addresses of all, address of the backend. */
    public static void main(String[] args) throws Exception {
        ClusterNode joined = ClusterNode.join(ClusterGuest.settings(args[0], args[1], args[2], "share"), notice -> {});
        OrderGuest guest = new OrderGuest(args[0], new HazelcastPools(joined), ClusterGuest.address(args[3]));
        System.out.println("ready");
        BufferedReader input = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        for (String said = input.readLine(); said != null; said = input.readLine()) {
            String[] words = said.split(" ");
            if (words[0].equals("offer")) {
                guest.offer(words[1], Priority.valueOf(words[2]), Integer.parseInt(words[3]));
                System.out.println("asked");
            } else {
                guest.crowd(words[1], Integer.parseInt(words[2]));
            }
        }
        Runtime.getRuntime().halt(0);
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "runner");
        thread.setDaemon(true);
        return thread;
    }

    private Arrival arrival(String key, Priority level) {
        return Arrival.of(Caller.of(key, "ip-" + node), level);
    }

    private void offer(String key, Priority level, int number) {
        String name = key + " " + level + " " + number;
        Admission answer = line.offer(arrival(key, level), new Waiter() {
            @Override
            public void admitted(Lease lease) {
                runners.execute(() -> run(name, lease));
            }

            @Override
            public void refused(Refusal refusal) {
                System.err.println("refused: " + refusal);
            }
        });
        if (answer instanceof Lease lease) {
            runners.execute(() -> run(name, lease));
        } else if (!(answer instanceof Ticket)) {
            System.err.println("refused: " + answer);
        }
    }

    private void run(String name, Lease lease) {
        try (Socket socket = new Socket(backend.getAddress(), backend.getPort())) {
            say(socket, name);
            LockSupport.parkNanos(SHORT.toNanos());
        } catch (IOException e) {
            System.err.println(name + ": " + e);
        }
        lease.close();
    }

    /** The slot goes to another only after the backend has noted this one. */
    private static void say(Socket socket, String name) throws IOException {
        socket.getOutputStream().write((name + "\n").getBytes(StandardCharsets.UTF_8));
        if (socket.getInputStream().read() < 0) {
            throw new IOException("the backend is gone");
        }
    }

    private void crowd(String key, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Client client = new Client(key, new Socket(backend.getAddress(), backend.getPort()));
            runners.execute(client::ask);
        }
    }

    /** One that asks again as soon as it has been served. */
    private final class Client implements Waiter {
        private final String key;
        private final Socket socket;

        Client(String key, Socket socket) throws IOException {
            this.key = key;
            this.socket = socket;
            socket.setTcpNoDelay(true);
        }

        private void ask() {
            Lease lease = null;
            do {
                Admission answer = fair.offer(arrival(key, Priority.NORMAL), this);
                lease = answer instanceof Lease had ? had : null;
            } while (lease != null && serve(lease));
        }

        private boolean serve(@Nullable Lease lease) {
            try {
                say(socket, key);
                LockSupport.parkNanos(HOLD.toNanos());
                return true;
            } catch (IOException e) {
                // The measurement is over.
                return false;
            } finally {
                if (lease != null) {
                    lease.close();
                }
            }
        }

        @Override
        public void admitted(Lease lease) {
            runners.execute(() -> {
                if (serve(lease)) {
                    ask();
                }
            });
        }

        @Override
        public void refused(Refusal refusal) {
            System.err.println("refused: " + refusal);
        }
    }
}
