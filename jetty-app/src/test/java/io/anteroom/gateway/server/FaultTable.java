// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.server.FaultProxy.Fault;
import io.anteroom.gateway.sim.ModelServer;
import io.anteroom.gateway.sim.ModelSettings;
import io.anteroom.gateway.upstream.UpstreamView;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What comes of each fault of a backend, alone and with another backend that is well: through a whole gateway, and a
 * TCP proxy that breaks what passes. As a program it prints the table.
 */
final class FaultTable {
    private static final Pattern LEFT = Pattern.compile("r=(\\d+)");
    private static final int REQUESTS = 1000;

    private FaultTable() {}

    /**
     * One fault, and what must come of it.
     *
     * @param streams whether the request asks for a stream
     * @param alone status and a part of the answer where there is no other backend
     * @param elsewhere the same where there is
     */
    record Row(Fault fault, boolean streams, String alone, String elsewhere) {
        @Override
        public String toString() {
            return fault.name().toLowerCase(Locale.ROOT) + (streams ? ", stream" : "");
        }
    }

    static final List<Row> ROWS = List.of(
            new Row(Fault.NONE, false, "200 chat.completion", "200 chat.completion"),
            new Row(Fault.NONE, true, "200 [DONE]", "200 [DONE]"),
            new Row(Fault.REFUSE, true, "502 upstream_unreachable", "200 [DONE]"),
            new Row(Fault.RESET, true, "502 upstream_closed", "200 [DONE]"),
            new Row(Fault.CLOSE_BEFORE_HEAD, false, "502 upstream_closed", "200 chat.completion"),
            new Row(
                    Fault.STALL_BEFORE_HEAD,
                    true,
                    "504 upstream_first_byte_timeout",
                    "504 upstream_first_byte_timeout"),
            new Row(Fault.STALL_AFTER_HEAD, false, "504 upstream_idle_timeout", "504 upstream_idle_timeout"),
            new Row(Fault.STALL_AFTER_HEAD, true, "200 upstream_idle_timeout", "200 upstream_idle_timeout"),
            new Row(Fault.CLOSE_AFTER_HEAD, false, "502 upstream_closed", "200 chat.completion"),
            new Row(Fault.CLOSE_AFTER_HEAD, true, "502 upstream_closed", "200 [DONE]"),
            new Row(Fault.STALL_IN_STREAM, true, "200 upstream_idle_timeout", "200 upstream_idle_timeout"),
            new Row(Fault.CLOSE_IN_STREAM, true, "200 upstream_closed", "200 upstream_closed"),
            new Row(Fault.LENGTH_TOO_LONG, false, "cut off", "cut off"),
            new Row(Fault.LENGTH_TOO_SHORT, false, "200 chat.completion", "200 chat.completion"),
            new Row(Fault.DRIP, true, "200 [DONE]", "200 [DONE]"),
            new Row(Fault.STATUS_429, true, "429 busy", "200 [DONE]"),
            new Row(Fault.STATUS_503, true, "503 busy", "200 [DONE]"),
            new Row(Fault.STATUS_503_RETRY_AFTER, true, "503 busy", "200 [DONE]"),
            new Row(Fault.ERROR_IN_STREAM, true, "200 queue is full", "200 [DONE]"),
            new Row(Fault.NOT_HTTP, true, "502 upstream_bad_answer", "200 [DONE]"));

    /**
     * What has come of it.
     *
     * @param answer status and the expected part of the answer, or what there was instead
     * @param tries how many requests the backend with the fault has seen
     * @param leaks what was not given back, empty if nothing
     */
    record Result(String answer, int tries, String leaks) {}

    static Result run(Row row, boolean hasOther) throws Exception {
        try (ModelServer model = ModelServer.start(ModelSettings.ofSlots(8));
                FaultProxy faulty = new FaultProxy(model.uri(), row.fault());
                Gateway gateway = gateway(faulty.uri(), hasOther ? model.uri() : null)) {
            String expected = hasOther ? row.elsewhere() : row.alone();
            HttpClient client =
                    HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
            String answer = ask(client, gateway.uri(), row.streams(), expected);
            return new Result(answer, faulty.requests(), leaks(gateway, client, model.uri()));
        }
    }

    private static Gateway gateway(URI faulty, URI other) throws Exception {
        String second = other == null ? "" : ", {url: '" + other + "', weight: 1}";
        // The one with the fault has so much weight that it is asked first.
        return Gateway.start(new ConfigReader(name -> null).parse("""
                listen: {port: 0}
                log: {access: false}
                upstreams:
                  g:
                    backends: [{url: '%s', weight: 1000}%s]
                    timeouts: {connect: 2s, first-byte: 1s, idle: 1s}
                    health: {every: 0}
                limits: [{name: all, by: all, requests: %d, per: 1d, refill: interval}]
                """.formatted(faulty, second, REQUESTS)));
    }

    private static String ask(HttpClient client, URI gateway, boolean streams, String expected) throws Exception {
        String body = "{\"model\":\"m\",\"stream\":" + streams + ",\"messages\":[],\"max_tokens\":8}";
        HttpRequest request = HttpRequest.newBuilder(gateway.resolve("/v1/chat/completions"))
                .timeout(Duration.ofSeconds(20))
                .header("Content-Type", "application/json")
                .header("Sim-Service-Micros", "20000")
                .POST(BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> answer = client.send(request, BodyHandlers.ofString());
            String part = expected.substring(Math.min(expected.length(), 4));
            boolean isThere = answer.body().contains(part);
            return answer.statusCode() + " " + (isThere ? part : answer.body());
        } catch (IOException e) {
            return "cut off";
        }
    }

    /** Everything that was taken must be given back, and paid for once. */
    private static String leaks(Gateway gateway, HttpClient client, URI well) throws Exception {
        CountDownLatch never = new CountDownLatch(1);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (held(gateway) > 0 && System.nanoTime() < deadline) {
            if (never.await(5, TimeUnit.MILLISECONDS)) {
                break;
            }
        }
        String leaks = held(gateway) > 0 ? held(gateway) + " held" : "";
        HttpRequest next = HttpRequest.newBuilder(gateway.uri().resolve("/v1/models"))
                .timeout(Duration.ofSeconds(20))
                .build();
        // Only the head: this one meets the fault as well.
        HttpResponse<InputStream> answer = client.send(next, BodyHandlers.ofInputStream());
        answer.body().close();
        Matcher left = LEFT.matcher(answer.headers().firstValue("RateLimit").orElse(""));
        boolean paidOnce = left.find() && Integer.parseInt(left.group(1)) == REQUESTS - 2;
        return paidOnce ? leaks : leaks + " paid otherwise: " + answer.headers().map();
    }

    private static int held(Gateway gateway) {
        int inFlight = gateway.upstreams().views().stream()
                .mapToInt(UpstreamView::inFlight)
                .sum();
        return inFlight + gateway.pool("llm").snapshot().running();
    }

    /** Prints the table; exit status 1 if something else came of a fault. */
    public static void main(String[] args) throws Exception {
        int wrong = 0;
        System.out.printf("%-32s %-36s %-36s %s%n", "fault", "alone", "with another backend", "tries");
        for (Row row : ROWS) {
            Result alone = run(row, false);
            Result elsewhere = run(row, true);
            System.out.printf(
                    "%-32s %-36s %-36s %d, %d %s%s%n",
                    row,
                    alone.answer(),
                    elsewhere.answer(),
                    alone.tries(),
                    elsewhere.tries(),
                    alone.leaks(),
                    elsewhere.leaks());
            boolean isRight = alone.answer().equals(row.alone())
                    && elsewhere.answer().equals(row.elsewhere())
                    && alone.leaks().isEmpty()
                    && elsewhere.leaks().isEmpty();
            wrong += isRight ? 0 : 1;
        }
        System.out.printf(
                "faults: %d of %d faults end as they must, nothing lost, nothing paid twice, no slot leaked (all): %s%n",
                ROWS.size() - wrong, ROWS.size(), wrong == 0 ? "holds" : "falls short");
        System.exit(wrong == 0 ? 0 : 1);
    }
}
