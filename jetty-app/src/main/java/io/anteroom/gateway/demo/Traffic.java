// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.demo;

import java.io.IOException;
import java.net.URI;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.StringRequestContent;

/** Mixed traffic: several callers of all levels, each at its own pace; now and then a client leaves before its turn. */
final class Traffic implements AutoCloseable {
    private static final double LEAVES = 0.04;
    private static final int LEAVES_AFTER_SECONDS = 4;

    private final URI target;
    private final HttpClient http = new HttpClient();
    private final SplittableRandom random = new SplittableRandom(1);
    private final AtomicLong answered = new AtomicLong();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "traffic");
        thread.setDaemon(true);
        return thread;
    });

    Traffic(URI gateway) {
        target = gateway.resolve("/v1/chat/completions");
        http.setMaxConnectionsPerDestination(10_000);
    }

    void start() throws IOException {
        try {
            http.start();
        } catch (IOException | RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
        DemoCaller.ALL.forEach(caller -> clock.execute(() -> sendAndGoOn(caller)));
    }

    /** How many requests have had an answer, whatever it was. */
    long answered() {
        return answered.get();
    }

    private void sendAndGoOn(DemoCaller caller) {
        for (int i = 0; i < caller.atOnce(); i++) {
            send(caller);
        }
        double pause = -Math.log(1 - random.nextDouble()) * caller.everySeconds();
        Future<?> unused = clock.schedule(() -> sendAndGoOn(caller), (long) (pause * 1e9), TimeUnit.NANOSECONDS);
    }

    private void send(DemoCaller caller) {
        int tokens = Math.max(5, (int) (caller.tokens() * (0.5 + random.nextDouble())));
        String body = "{\"model\":\"simulated\",\"stream\":true,\"max_tokens\":" + tokens
                + ",\"messages\":[{\"role\":\"user\",\"content\":\"Tell me about waiting.\"}]}";
        Request request = http.POST(target)
                .headers(fields -> fields.put("Authorization", "Bearer " + caller.key()))
                .idleTimeout(0, TimeUnit.MILLISECONDS)
                .body(new StringRequestContent("application/json", body));
        request.send(this::completed);
        if (random.nextDouble() < LEAVES) {
            Future<?> unused = clock.schedule(() -> leave(request), LEAVES_AFTER_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static void leave(Request request) {
        Future<?> unused = request.abort(new IOException("left"));
    }

    private void completed(Result result) {
        if (result.isSucceeded()) {
            answered.incrementAndGet();
        }
    }

    @Override
    public void close() {
        clock.shutdownNow();
        try {
            http.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the traffic does not stop", e);
        }
    }
}
