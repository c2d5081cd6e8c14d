// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.OptionalDouble;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Requests that arrive at a rate, each sent as the SDKs of OpenAI do by default: at most two retries, after
 * {@code retry-after-ms}, else {@code Retry-After}, if that is at most a minute; else after 0.5 s, then 1 s, less up to
 * a quarter of that.
 */
// Nested futures are flattened by thenCompose at once.
@SuppressWarnings("FutureReturnValueIgnored")
final class SdkCrowd {
    private static final int RETRIES = 2;
    private static final double LONGEST_TOLD_SECONDS = 60;
    private static final int KEYS = 400;
    private static final String BODY = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final SplittableRandom random = new SplittableRandom(1);
    private final AtomicInteger attempts = new AtomicInteger();
    private final AtomicInteger served = new AtomicInteger();
    private final AtomicInteger failed = new AtomicInteger();
    private final URI uri;
    private final @Nullable Duration constant;

    /** @param constant what each refusal is taken to have said, or null for what it says */
    SdkCrowd(int port, @Nullable Duration constant) {
        this.uri = URI.create("http://127.0.0.1:" + port + "/v1/chat/completions");
        this.constant = constant;
    }

    /** How many requests the server got. */
    int attempts() {
        return attempts.get();
    }

    /** How many were served in the end. */
    int served() {
        return served.get();
    }

    /** How many attempts ended in something else than an answer or a refusal. */
    int failed() {
        return failed.get();
    }

    /** Sends so many at that rate and waits for the end of all of them. */
    void run(int requests, double perSecond) {
        CompletableFuture<?>[] ends = new CompletableFuture<?>[requests];
        long started = System.nanoTime();
        for (int i = 0; i < requests; i++) {
            LockSupport.parkNanos(started + (long) (i * 1e9 / perSecond) - System.nanoTime());
            ends[i] = attempt(i, 0);
        }
        CompletableFuture.allOf(ends).join();
    }

    private CompletableFuture<Void> attempt(int number, int retries) {
        attempts.incrementAndGet();
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer sk-" + number % KEYS)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(BODY))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .handle((answer, failure) -> {
                    if (failure == null && answer.statusCode() == 200) {
                        served.incrementAndGet();
                        return CompletableFuture.<Void>completedFuture(null);
                    }
                    if (failure != null || answer.statusCode() != 503) {
                        failed.incrementAndGet();
                    }
                    return retries == RETRIES
                            ? CompletableFuture.<Void>completedFuture(null)
                            : later(number, retries, failure == null ? answer : null);
                })
                .thenCompose(next -> next);
    }

    private CompletableFuture<Void> later(int number, int retries, @Nullable HttpResponse<String> answer) {
        double seconds = toldOrUsual(answer, retries);
        Executor then = CompletableFuture.delayedExecutor((long) (seconds * 1e6), TimeUnit.MICROSECONDS);
        return CompletableFuture.supplyAsync(() -> attempt(number, retries + 1), then)
                .thenCompose(next -> next);
    }

    private double toldOrUsual(@Nullable HttpResponse<String> answer, int retries) {
        OptionalDouble told = told(answer);
        return told.isPresent() ? told.getAsDouble() : backOff(retries);
    }

    private OptionalDouble told(@Nullable HttpResponse<String> answer) {
        if (answer == null) {
            return OptionalDouble.empty();
        }
        if (constant != null) {
            return OptionalDouble.of(constant.toNanos() / 1e9);
        }
        OptionalDouble seconds = answer.headers().firstValue("retry-after-ms").isPresent()
                ? number(answer, "retry-after-ms", 1000)
                : number(answer, "Retry-After", 1);
        return seconds.isPresent() && seconds.getAsDouble() <= LONGEST_TOLD_SECONDS ? seconds : OptionalDouble.empty();
    }

    private static OptionalDouble number(HttpResponse<String> answer, String field, double unit) {
        String value = answer.headers().firstValue(field).orElse("");
        return value.matches("\\d{1,9}") ? OptionalDouble.of(Integer.parseInt(value) / unit) : OptionalDouble.empty();
    }

    private synchronized double backOff(int retries) {
        return Math.min(8, 0.5 * (1 << retries)) * (1 - 0.25 * random.nextDouble());
    }
}
