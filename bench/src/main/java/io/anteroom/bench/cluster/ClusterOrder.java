// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/** First come, first served within a flow and a level, whatever node a request came to, and fair between flows. */
final class ClusterOrder {
    private static final double LEAST_JAIN = 0.97;
    private static final Duration MOST = Duration.ofSeconds(60);
    /** Below what one key may have waiting. */
    private static final int MOST_WAITING = 45;

    private static final String[] KEYS = {"red", "green", "blue"};
    private static final String[] LEVELS = {"HIGH", "NORMAL"};
    /** How many clients each key has on each node: unevenly spread, and each key with more than it can have slots. */
    private static final int[][] CROWDS = {{24, 0, 0}, {8, 8, 8}, {0, 3, 0}, {1, 0, 40}, {2, 1, 1}, {0, 6, 12}};

    private final List<String> begun = new ArrayList<>();
    private final ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());

    private ClusterOrder() throws IOException {}

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) throws Exception {
        boolean isQuick = List.of(args).contains("--quick");
        System.exit(new ClusterOrder().run(isQuick ? 300 : 3000, Duration.ofSeconds(isQuick ? 10 : 60)) ? 0 : 1);
    }

    private boolean run(int requests, Duration time) throws Exception {
        daemon(this::accept);
        try (server;
                Fleet fleet = new Fleet("127.0.0.1:" + server.getLocalPort()).of(OrderGuest.class)) {
            for (int i = 0; i < Fleet.NODES; i++) {
                fleet.start(i);
            }
            for (int i = 0; i < Fleet.NODES; i++) {
                fleet.awaitReady(i);
            }
            int wrong = order(fleet, requests);
            double jain = jain(fleet, time);
            boolean holds = wrong == 0 && jain >= LEAST_JAIN;
            System.out.printf(
                    Locale.ROOT,
                    "cluster-order: %,d requests to 3 nodes by turns, %d served out of their turn in flow and level (0);"
                            + " Jain index of %d keys spread unevenly %.4f (at least %.2f): %s%n",
                    requests,
                    wrong,
                    CROWDS.length,
                    jain,
                    LEAST_JAIN,
                    holds ? "holds" : "falls short");
            return holds;
        }
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "backend");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                client.setTcpNoDelay(true);
                daemon(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                BufferedReader input =
                        new BufferedReader(new InputStreamReader(client.getInputStream(), StandardCharsets.UTF_8))) {
            for (String name = input.readLine(); name != null; name = input.readLine()) {
                synchronized (begun) {
                    begun.add(name);
                }
                client.getOutputStream().write('B');
            }
        } catch (IOException e) {
            // The node is gone.
        }
    }

    private List<String> begun() {
        synchronized (begun) {
            return List.copyOf(begun);
        }
    }

    /** How many come after one that asked later. Each request has its place before the next is made, elsewhere. */
    private int order(Fleet fleet, int requests) throws IOException {
        Random random = new Random(4711);
        Map<String, Integer> numbers = new HashMap<>();
        for (int i = 0; i < requests; i++) {
            String flow = KEYS[random.nextInt(KEYS.length)] + " " + LEVELS[random.nextInt(LEVELS.length)];
            int node = random.nextInt(Fleet.NODES);
            fleet.say(node, "offer " + flow + " " + numbers.merge(flow, 1, Integer::sum));
            fleet.numbers(node, "asked");
            awaitBegun(i + 1 - MOST_WAITING);
        }
        awaitBegun(requests);
        Map<String, Integer> last = new HashMap<>();
        int wrong = Math.abs(requests - begun().size());
        for (String name : begun()) {
            int space = name.lastIndexOf(' ');
            int number = Integer.parseInt(name.substring(space + 1));
            Integer before = last.put(name.substring(0, space), number);
            if (number != (before == null ? 1 : before + 1)) {
                wrong++;
            }
        }
        return wrong;
    }

    private void awaitBegun(int count) {
        long end = System.nanoTime() + MOST.toNanos();
        while (begun().size() < count && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(Duration.ofMillis(1).toNanos());
        }
    }

    private double jain(Fleet fleet, Duration time) throws IOException {
        for (int key = 0; key < CROWDS.length; key++) {
            for (int node = 0; node < Fleet.NODES; node++) {
                if (CROWDS[key][node] > 0) {
                    fleet.say(node, "crowd key" + key + " " + CROWDS[key][node]);
                }
            }
        }
        // Until all are there.
        LockSupport.parkNanos(Duration.ofSeconds(3).toNanos());
        int from = begun().size();
        LockSupport.parkNanos(time.toNanos());
        Map<String, Long> served = new TreeMap<>();
        List<String> all = begun();
        for (String key : all.subList(from, all.size())) {
            served.merge(key, 1L, Long::sum);
        }
        System.out.println("served: " + served);
        double sum = served.values().stream().mapToDouble(Long::doubleValue).sum();
        double squares = served.values().stream()
                .mapToDouble(count -> (double) count * count)
                .sum();
        return squares == 0 ? 0 : sum * sum / (CROWDS.length * squares);
    }
}
