// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.protocol.RetryAfter;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.client.StringRequestContent;
import org.eclipse.jetty.client.transport.HttpClientTransportOverHTTP;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.ClientConnector;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.eclipse.jetty.util.thread.ScheduledExecutorScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Sends one delivery at a time over HTTP/1.1: no redirects, no cookies, no proxies, no compressed answers, and only
 * where the guard lets it. Safe from any thread; nothing blocks.
 */
final class Sender implements AutoCloseable {
    static final int SNIPPET_BYTES = 1024;
    static final int MOST_READ = 64 << 10;

    private static final int THREADS = 8;
    private static final int PER_HOST = 8;
    private static final int MOST_HOSTS = 256;
    private static final int HEAD_BYTES = 8 << 10;
    private static final int LONGEST_ERROR = 300;

    private final SendGuard guard;
    private final Timing timing;
    private final InstantSource clock;
    private final GuardedResolver resolver;
    private final HttpClient http;

    /**
     * How long a delivery may take.
     *
     * @param connect until it is connected, and until the name of the host is found
     * @param whole until the answer is there
     */
    record Timing(Duration connect, Duration whole) {
        static final Timing USUAL = new Timing(Duration.ofSeconds(3), Duration.ofSeconds(15));
    }

    /**
     * One delivery.
     *
     * @param url where to
     * @param id the event's
     * @param at the moment that is signed
     * @param signature the value of {@code webhook-signature}
     * @param payload the body
     */
    record Post(URI url, String id, Instant at, String signature, Payload payload) {}

    Sender(SendGuard guard, Timing timing, GuardedResolver.Lookup lookup, InstantSource clock) {
        this.guard = guard;
        this.timing = timing;
        this.clock = clock;
        resolver = new GuardedResolver(guard, lookup, timing.connect());
        ClientConnector connector = new ClientConnector();
        connector.setSelectors(1);
        connector.setSslContextFactory(Tls.client(guard.authorities()));
        http = new HttpClient(new HttpClientTransportOverHTTP(connector));
        QueuedThreadPool threads = new QueuedThreadPool(THREADS, 2);
        threads.setName("anteroom-webhook-http");
        threads.setDaemon(true);
        http.setExecutor(threads);
        http.setScheduler(new ScheduledExecutorScheduler("anteroom-webhook-timer", true));
        http.setSocketAddressResolver(resolver);
        http.setFollowRedirects(false);
        http.setConnectTimeout(timing.connect().toMillis());
        http.setIdleTimeout(timing.whole().toMillis());
        http.setDestinationIdleTimeout(TimeUnit.MINUTES.toMillis(1));
        http.setMaxConnectionsPerDestination(PER_HOST);
        http.setMaxDestinations(MOST_HOSTS);
        http.setMaxResponseHeadersSize(HEAD_BYTES);
        http.setHttpCookieStore(new HttpCookieStore.Empty());
        http.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, "Anteroom-Webhooks/1"));
        try {
            http.start();
            // These would answer redirects and challenges, and unpack answers of any size.
            http.getProtocolHandlers().clear();
            http.getContentDecoderFactories().clear();
        } catch (Exception e) {
            close();
            throw new IllegalStateException("the HTTP client cannot be started", e);
        }
    }

    /** The addresses of names as this machine knows them. */
    static InetAddress[] lookup(String host) throws UnknownHostException {
        return InetAddress.getAllByName(host);
    }

    /** Sends a delivery; the answer comes on a thread of the client's, and never as an exception. */
    CompletableFuture<Answer> send(Post post) {
        String refusal = guard.refusal(post.url());
        if (refusal != null) {
            return CompletableFuture.completedFuture(Answer.failed(refusal, Duration.ZERO));
        }
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        Reading reading = new Reading(answer, System.nanoTime());
        try {
            request(post).send(reading);
        } catch (Throwable e) {
            // Errors, too, as where the system gives no more threads: whoever waits for the answer is to have one.
            answer.complete(Answer.failed(words(e), Duration.ZERO));
        }
        return answer;
    }

    private Request request(Post post) {
        Payload payload = post.payload();
        return http.POST(post.url())
                .timeout(timing.whole().toMillis(), TimeUnit.MILLISECONDS)
                .headers(fields -> {
                    fields.put("webhook-id", post.id());
                    fields.put("webhook-timestamp", Long.toString(post.at().getEpochSecond()));
                    fields.put("webhook-signature", post.signature());
                })
                .body(new StringRequestContent(payload.contentType(), payload.body(), StandardCharsets.UTF_8));
    }

    /** Reads an answer as far as it is wanted. */
    private final class Reading implements Response.Listener {
        private final CompletableFuture<Answer> answer;
        private final long begun;
        private final byte[] snippet = new byte[SNIPPET_BYTES];
        private int kept;
        private int read;

        Reading(CompletableFuture<Answer> answer, long begun) {
            this.answer = answer;
            this.begun = begun;
        }

        @Override
        public void onContent(Response response, ByteBuffer content) {
            read += content.remaining();
            int more = Math.min(content.remaining(), SNIPPET_BYTES - kept);
            content.get(snippet, kept, more);
            kept += more;
            if (read > MOST_READ) {
                // The status has said what counts; the rest is not worth its time.
                answer.complete(answered(response));
                var unused = response.abort(new IllegalStateException("the answer is longer than wanted"));
            }
        }

        @Override
        public void onComplete(Result result) {
            Throwable failure = result.getFailure();
            try {
                answer.complete(
                        failure == null ? answered(result.getResponse()) : Answer.failed(words(failure), took()));
            } catch (Throwable e) {
                answer.completeExceptionally(e);
            }
        }

        private Answer answered(Response response) {
            String retryAfter = response.getHeaders().get(HttpHeader.RETRY_AFTER);
            @Nullable Duration wanted = retryAfter == null ? null : RetryAfter.read(retryAfter, clock.instant());
            return new Answer(response.getStatus(), took(), clean(snippet, kept), "", wanted);
        }

        private Duration took() {
            return Duration.ofNanos(System.nanoTime() - begun);
        }
    }

    private String words(Throwable failure) {
        if (failure instanceof TimeoutException) {
            return "no answer within " + timing.whole().toSeconds() + " s";
        }
        String message = failure.getMessage();
        String usual = message == null ? failure.getClass().getSimpleName() : message;
        String tls = Tls.words(failure);
        String text = tls == null ? usual : tls;
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() <= LONGEST_ERROR ? line : line.substring(0, LONGEST_ERROR);
    }

    /** Printable, on one line: it is shown to people. */
    private static String clean(byte[] bytes, int length) {
        String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
        return text.replaceAll("[\\p{Cntrl}\\p{Cf}]+", " ").strip();
    }

    @Override
    public void close() {
        resolver.close();
        try {
            http.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client cannot be stopped", e);
        }
    }
}
