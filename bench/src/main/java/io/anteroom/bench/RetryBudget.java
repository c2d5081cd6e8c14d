// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** How much more work two backends get that fail half of it: with the budget for retries, and without. */
final class RetryBudget {
    private static final int RATE = 200;
    private static final int PERCENT = 20;
    private static final int LEAST = 3;
    /** What may be spent at once of the least: that of the window of ten seconds. */
    private static final int RESERVE = 10 * LEAST;

    private RetryBudget() {}

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) throws Exception {
        int seconds = List.of(args).contains("--quick") ? 10 : 30;
        Outcome budgeted = Outcome.of(seconds, PERCENT, LEAST);
        System.out.println("budget of 20 % and 3 a second: " + budgeted);
        Outcome free = Outcome.of(seconds, 100, 1000);
        System.out.println("as good as no budget: " + free);
        double allowed = PERCENT / 100.0 + (double) (LEAST * seconds + RESERVE) / budgeted.requests();
        boolean holds = budgeted.extra() <= allowed && budgeted.extra() > 0;
        System.out.printf(
                Locale.ROOT,
                "retry-budget: %.1f %% more work for backends that fail half of it (at most %.1f %%: 20 %% and 3 a second); "
                        + "%.1f %% without a budget; served %.1f %% and %.1f %%: %s%n",
                100 * budgeted.extra(),
                100 * allowed,
                100 * free.extra(),
                100 * budgeted.servedShare(),
                100 * free.servedShare(),
                holds ? "holds" : "falls short");
        System.exit(holds ? 0 : 1);
    }

    /** What became of the requests of one run. */
    private record Outcome(long requests, long served, long worked) {
        double extra() {
            return (double) worked / requests - 1;
        }

        double servedShare() {
            return (double) served / requests;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%d requests, %d served, %d at the backends (%.1f %% more)",
                    requests,
                    served,
                    worked,
                    100 * extra());
        }

        static Outcome of(int seconds, int percent, int least) throws Exception {
            AtomicLong worked = new AtomicLong();
            HttpServer one = failing(worked);
            HttpServer two = failing(worked);
            try (GatewayChild gateway = GatewayChild.gateway(config(one, two, percent, least))) {
                return drive(gateway.port(), seconds, worked);
            } finally {
                one.stop(0);
                two.stop(0);
            }
        }
    }

    private static String config(HttpServer one, HttpServer two, int percent, int least) {
        return """
                listen: {port: 0}
                admin: {enabled: false}
                storage: {dir: 'off'}
                log: {access: false, level: error}
                upstreams:
                  g:
                    urls: ['http://127.0.0.1:%d', 'http://127.0.0.1:%d']
                    health: {every: 0}
                    breaker: {failure-percent: 0}
                    retry: {budget-percent: %d, budget-least: %d}
                pools: {llm: {slots: 1000}}
                """.formatted(one.getAddress().getPort(), two.getAddress().getPort(), percent, least);
    }

    private static HttpServer failing(AtomicLong worked) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 1000);
        server.setExecutor(Executors.newFixedThreadPool(4, task -> {
            Thread thread = new Thread(task, "failing");
            thread.setDaemon(true);
            return thread;
        }));
        server.createContext("/", exchange -> answer(exchange, worked));
        server.start();
        return server;
    }

    private static void answer(HttpExchange exchange, AtomicLong worked) throws IOException {
        try (exchange) {
            exchange.getRequestBody().readAllBytes();
            worked.incrementAndGet();
            boolean fails = ThreadLocalRandom.current().nextBoolean();
            byte[] body = "{}".getBytes(StandardCharsets.US_ASCII);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(fails ? 503 : 200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    private static Outcome drive(int port, int seconds, AtomicLong worked) throws Exception {
        HttpClient http =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/v1/chat/completions"))
                .timeout(Duration.ofSeconds(30))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"model\":\"m\",\"messages\":[]}"))
                .build();
        AtomicLong served = new AtomicLong();
        List<CompletableFuture<?>> sent = new ArrayList<>();
        CountDownLatch never = new CountDownLatch(1);
        long start = System.nanoTime();
        for (int i = 0; i < seconds * RATE; i++) {
            long due = start + i * TimeUnit.SECONDS.toNanos(1) / RATE - System.nanoTime();
            if (due > 0 && never.await(due, TimeUnit.NANOSECONDS)) {
                break;
            }
            sent.add(http.sendAsync(request, BodyHandlers.discarding())
                    .thenAccept(answer -> served.addAndGet(answer.statusCode() == 200 ? 1 : 0)));
        }
        CompletableFuture.allOf(sent.toArray(CompletableFuture[]::new)).get(60, TimeUnit.SECONDS);
        return new Outcome(sent.size(), served.get(), worked.get());
    }
}
