// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.client.BufferingResponseListener;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.io.ClientConnector;
import org.jspecify.annotations.Nullable;

/** Sends a plan through real sockets, each request at its time, without a thread for each. */
final class ReplayClient implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MANY = 1_000_000;
    private static final int LARGEST_ANSWER = 16 << 20;
    private static final int CHARACTERS_PER_TOKEN = 4;

    private final HttpClient http;
    private final URI target;
    private final Ledger ledger;
    private final Duration patience;
    private final boolean stream;
    private final ScheduledExecutorService clock;
    private final AtomicInteger open = new AtomicInteger(1);
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private final String padding = "to be or not to be ".repeat(4096);

    /**
     * @param target the gateway
     * @param ledger where everything is written down
     * @param patience after which a request without an answer is lost
     * @param stream whether answers come token by token
     */
    ReplayClient(URI target, Ledger ledger, Duration patience, boolean stream) {
        this.target = target.resolve("/v1/chat/completions");
        this.ledger = ledger;
        this.patience = patience;
        this.stream = stream;
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        http = new HttpClient(new HttpClientTransportOverHTTP(connector));
        http.setName("client");
        http.setMaxConnectionsPerDestination(MANY);
        http.setMaxRequestsQueuedPerDestination(MANY);
        http.setIdleTimeout(20_000);
        clock = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "client-time");
            thread.setDaemon(true);
            return thread;
        });
    }

    /** Begins; the answer is complete when every request has been answered or given up. */
    CompletableFuture<Void> start() throws Exception {
        http.start();
        Iterator<Entry> entries = ledger.entries().iterator();
        sendDue(entries, System.nanoTime());
        return over;
    }

    /** Sends all that is due, then comes back for the next. */
    private void sendDue(Iterator<Entry> entries, long start) {
        while (entries.hasNext()) {
            Entry entry = entries.next();
            long early = start + entry.request.dueNanos() - System.nanoTime();
            if (early > 0) {
                Future<?> unused =
                        clock.schedule(() -> sendAndGoOn(entry, entries, start), early, TimeUnit.NANOSECONDS);
                return;
            }
            send(entry);
        }
        close(open);
    }

    private void sendAndGoOn(Entry entry, Iterator<Entry> entries, long start) {
        send(entry);
        sendDue(entries, start);
    }

    private void send(Entry entry) {
        open.incrementAndGet();
        Request request = http.POST(target)
                .headers(fields -> fields.put("Authorization", "Bearer " + entry.request.key())
                        .put("Queue-Priority", entry.request.priority().name().toLowerCase(Locale.ROOT))
                        .put("Queue-Request-Id", Ledger.id(entry))
                        .put("Sim-Id", entry.request.number())
                        .put("Sim-Service-Micros", Math.max(1, entry.request.serviceNanos() / 1000)))
                .idleTimeout(0, TimeUnit.MILLISECONDS)
                .timeout(patience.toMillis(), TimeUnit.MILLISECONDS)
                .body(new StringRequestContent("application/json", body(entry.request)));
        entry.sent = System.nanoTime();
        request.send(new BufferingResponseListener(LARGEST_ANSWER) {
            @Override
            public void onComplete(Result result) {
                completed(entry, result, getContentAsString(StandardCharsets.UTF_8));
            }
        });
    }

    private String body(PlannedRequest request) {
        int characters = Math.min(padding.length(), request.prompt() * CHARACTERS_PER_TOKEN);
        return "{\"model\":\"replay\",\"stream\":" + stream + ",\"max_tokens\":" + request.output()
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"" + padding.substring(0, characters) + "\"}]}";
    }

    private void completed(Entry entry, Result result, @Nullable String content) {
        String body = content == null ? "" : content;
        if (result.isFailed()) {
            ledger.answered(entry, Outcome.LOST, String.valueOf(result.getFailure()));
        } else {
            judge(entry, result.getResponse().getStatus(), body);
        }
        close(open);
    }

    private void judge(Entry entry, int status, String body) {
        String failure = status == 200 && stream ? streamFailure(body) : body;
        if (status == 200 && (stream ? failure == null && body.contains("data: [DONE]") : body.contains("\"usage\""))) {
            ledger.answered(entry, Outcome.SERVED, null);
            return;
        }
        Outcome outcome = Outcome.ofCode(code(failure == null ? "" : failure));
        String start = body.substring(0, Math.min(200, body.length()));
        ledger.answered(entry, outcome, outcome == Outcome.LOST ? status + " " + start : null);
    }

    /** The error event of a stream that was begun before the failure, or null. */
    private static @Nullable String streamFailure(String body) {
        int at = body.indexOf("event: error\ndata: ");
        return at < 0 ? null : body.substring(at + 19).lines().findFirst().orElse("");
    }

    private static String code(String json) {
        try {
            return JSON.readTree(json).path("error").path("code").asText("");
        } catch (JsonProcessingException e) {
            return "";
        }
    }

    private void close(AtomicInteger count) {
        if (count.decrementAndGet() == 0) {
            over.complete(null);
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        try {
            http.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the client does not stop", e);
        }
    }
}
