// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One of three backends is killed at 0.6 of what they can serve, and comes back. */
final class BackendLoss {
    private static final int SLOTS = 8;
    private static final int SERVICE_MILLIS = 1000;
    private static final double RATE = 0.6 * 3 * SLOTS * 1000 / SERVICE_MILLIS;
    private static final long CHECK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final double MOST_SLOWER = 2;
    private static final Pattern WAITING = Pattern.compile("num_requests_waiting\\{[^}]*} (\\d+)");
    private static final Pattern CODE = Pattern.compile("\"code\":\"(\\w+)\"");
    private static final Pattern RUNNING = Pattern.compile("num_requests_running\\{[^}]*} (\\d+)");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Queue<Ended> ended = new ConcurrentLinkedQueue<>();
    private final List<CompletableFuture<?>> sent = new ArrayList<>();
    private final URI gateway;

    private BackendLoss(int port) {
        gateway = URI.create("http://127.0.0.1:" + port + "/v1/chat/completions");
    }

    /** A request that has ended, well or not. */
    private record Ended(long beganNanos, long tookNanos, boolean well, String how) {}

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) throws Exception {
        int seconds = List.of(args).contains("--quick") ? 4 : 15;
        try (GatewayChild one = GatewayChild.model(0, SLOTS);
                GatewayChild two = GatewayChild.model(0, SLOTS);
                GatewayChild three = GatewayChild.model(0, SLOTS);
                GatewayChild gateway = GatewayChild.gateway(config(one, two, three))) {
            System.exit(new BackendLoss(gateway.port()).run(three, seconds) ? 0 : 1);
        }
    }

    private static String config(GatewayChild... models) {
        StringBuilder backends = new StringBuilder();
        for (GatewayChild model : models) {
            backends.append("      - {url: 'http://127.0.0.1:%d', slots: %d}%n".formatted(model.port(), SLOTS));
        }
        return """
                listen: {port: 0}
                admin: {enabled: false}
                storage: {dir: 'off'}
                log: {access: false, level: error}
                upstreams:
                  g:
                    health: {every: 1s, slow-start: 5s}
                    backends:
                %s
                pools: {llm: {per-key: {max-waiting: 1000}, per-ip: {max-waiting: 1000}}}
                """.formatted(backends);
    }

    private boolean run(GatewayChild victim, int seconds) throws Exception {
        drive(2, RATE / 2); // So that everything is loaded and compiled.
        ended.clear();
        long before = System.nanoTime();
        drive(seconds, RATE);
        long killed = System.nanoTime();
        victim.kill();
        drive(seconds, RATE);
        long back = System.nanoTime();
        Backlog backlog = new Backlog(victim.port());
        try (GatewayChild again = GatewayChild.model(victim.port(), SLOTS)) {
            System.out.println("the third backend is back at " + again.port());
            backlog.start();
            drive(seconds + 4, RATE);
            CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
            backlog.stop();
        }
        return judge(before, killed, back, backlog);
    }

    private boolean judge(long before, long killed, long back, Backlog backlog) {
        long failed = ended.stream().filter(one -> !one.well()).count();
        long late = ended.stream()
                .filter(one -> !one.well() && one.beganNanos() - killed > 0)
                .count();
        ended.stream()
                .filter(one -> !one.well())
                .collect(Collectors.groupingBy(Ended::how, Collectors.counting()))
                .forEach((how, times) -> System.out.println("failed: " + times + "x " + how));
        double usual = p95(before, killed);
        double after = p95(killed + CHECK_NANOS, back);
        double later = p95(back, Long.MAX_VALUE);
        System.out.printf(
                Locale.ROOT,
                "requests %d, failed %d, of these begun after the kill %d%n"
                        + "p95: %.0f ms before, %.0f ms from one check interval after the kill on, %.0f ms once it is back%n"
                        + "the one that is back: at most %d running in its first second, %d later, at most %d waiting inside%n",
                ended.size(),
                failed,
                late,
                usual,
                after,
                later,
                backlog.atFirst,
                backlog.most,
                backlog.mostWaiting);
        boolean holds = failed <= SLOTS
                && late == 0
                && after <= MOST_SLOWER * usual
                && later <= MOST_SLOWER * usual
                && backlog.most > 0
                && backlog.mostWaiting == 0
                && backlog.atFirst <= SLOTS / 2;
        System.out.printf(
                Locale.ROOT,
                "backend-loss: %d of %d requests failed (at most the %d that were on it), %d of those that came later (none); "
                        + "p95 %.2fx after one check interval (at most %.0fx); %d in its first second back (at most %d), "
                        + "%d waiting inside it (none): %s%n",
                failed,
                ended.size(),
                SLOTS,
                late,
                after / usual,
                MOST_SLOWER,
                backlog.atFirst,
                SLOTS / 2,
                backlog.mostWaiting,
                holds ? "holds" : "falls short");
        return holds;
    }

    private double p95(long from, long to) {
        long[] took = ended.stream()
                .filter(one -> one.beganNanos() - from >= 0 && (to == Long.MAX_VALUE || one.beganNanos() - to < 0))
                .mapToLong(Ended::tookNanos)
                .sorted()
                .toArray();
        return took.length == 0 ? Double.NaN : took[(int) (took.length * 0.95)] / 1e6;
    }

    /** Sends requests at a rate, whatever becomes of them. */
    private void drive(int seconds, double rate) throws InterruptedException {
        CountDownLatch never = new CountDownLatch(1);
        long start = System.nanoTime();
        for (int i = 0; i < seconds * rate; i++) {
            long due = start + (long) (i / rate * 1e9) - System.nanoTime();
            if (due > 0 && never.await(due, TimeUnit.NANOSECONDS)) {
                break;
            }
            send();
        }
    }

    private void send() {
        HttpRequest request = HttpRequest.newBuilder(gateway)
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .header("Sim-Service-Micros", Integer.toString(SERVICE_MILLIS * 1000))
                .POST(BodyPublishers.ofString("{\"model\":\"m\",\"stream\":true,\"messages\":[],\"max_tokens\":10}"))
                .build();
        long began = System.nanoTime();
        sent.add(http.sendAsync(request, BodyHandlers.ofString()).handle((answer, failure) -> {
            boolean well = failure == null
                    && answer.statusCode() == 200
                    && answer.body().contains("[DONE]")
                    && !answer.body().contains("event: error");
            String how = failure != null ? failure.toString() : answer.statusCode() + " " + code(answer.body());
            return ended.add(new Ended(began, System.nanoTime() - began, well, how));
        }));
    }

    /** The code of the error in a body. */
    private static String code(String body) {
        Matcher code = CODE.matcher(body);
        return code.find() ? code.group(1) : "";
    }

    /** Asks a model server again and again how many requests it has. */
    private final class Backlog implements Runnable {
        private final URI metrics;
        private final CountDownLatch over = new CountDownLatch(1);
        private final Thread thread = new Thread(this, "backlog");
        private volatile int atFirst;
        private volatile int most;
        private volatile int mostWaiting;

        Backlog(int port) {
            metrics = URI.create("http://127.0.0.1:" + port + "/metrics");
        }

        void start() {
            thread.setDaemon(true);
            thread.start();
        }

        void stop() throws InterruptedException {
            over.countDown();
            thread.join();
        }

        @Override
        public void run() {
            long first = 0;
            try {
                while (!over.await(20, TimeUnit.MILLISECONDS)) {
                    String text = http.send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                            .body();
                    int running = number(RUNNING, text);
                    first = first == 0 && running > 0 ? System.nanoTime() : first;
                    most = Math.max(most, running);
                    mostWaiting = Math.max(mostWaiting, number(WAITING, text));
                    if (first == 0 || System.nanoTime() - first < TimeUnit.SECONDS.toNanos(1)) {
                        atFirst = most;
                    }
                }
            } catch (IOException | InterruptedException e) {
                System.err.println("the model server cannot be asked: " + e.getMessage());
            }
        }

        private static int number(Pattern pattern, String text) {
            Matcher matcher = pattern.matcher(text);
            return matcher.find() ? Integer.parseInt(matcher.group(1)) : 0;
        }
    }
}
