// SPDX-License-Identifier: Apache-2.0
package io.anteroom.backend;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/** Reads a backend's figures over HTTP: no redirects, two seconds at most, one mebibyte at most. */
public final class HttpBackendStatus implements BackendStatus {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int MAX_BYTES = 1 << 20;

    private final BackendKind kind;
    private final URI address;
    private final HttpClient client;

    /**
     * For one backend.
     *
     * @param base its base address, http or https, such as {@code http://127.0.0.1:8000}
     */
    public HttpBackendStatus(BackendKind kind, URI base) {
        if (!"http".equals(base.getScheme()) && !"https".equals(base.getScheme())) {
            throw new IllegalArgumentException("base: " + base + " (expected: an http or https address)");
        }
        this.kind = kind;
        this.address = base.resolve(kind.path());
        this.client = HttpClient.newBuilder()
                .connectTimeout(PATIENCE)
                .followRedirects(HttpClient.Redirect.NEVER)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
    }

    @Override
    public BackendReading read() throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(address).timeout(PATIENCE).GET().build();
        HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        AtomicBoolean isLate = new AtomicBoolean();
        // The client's own patience ends with the head: a body that stalls would be read for ever. Not on the common
        // pool, whose only thread, on two processors, anybody may block; to close the body takes no time.
        CompletableFuture<Void> cutOff = CompletableFuture.runAsync(
                () -> close(answer.body(), isLate),
                CompletableFuture.delayedExecutor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS, Runnable::run));
        try (InputStream body = answer.body()) {
            if (answer.statusCode() != 200) {
                throw new IOException(address + " answered " + answer.statusCode() + " (expected: 200)");
            }
            byte[] bytes = body.readNBytes(MAX_BYTES + 1);
            if (isLate.get()) {
                throw new IOException(address + " did not finish its answer within " + PATIENCE.toSeconds() + "s");
            }
            if (bytes.length > MAX_BYTES) {
                throw new IOException(address + " answered more than " + MAX_BYTES + " bytes");
            }
            return kind.read(new String(bytes, StandardCharsets.UTF_8));
        } finally {
            cutOff.cancel(false);
        }
    }

    private static void close(InputStream body, AtomicBoolean isLate) {
        isLate.set(true);
        try {
            body.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
