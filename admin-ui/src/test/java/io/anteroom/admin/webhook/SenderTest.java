// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookVerificationException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SenderTest {
    private static final Sender.Timing TIMING = new Sender.Timing(Duration.ofSeconds(1), Duration.ofSeconds(2));
    private static final String BODY = "{\"type\":\"queue.full\",\"data\":{\"pool\":\"\\u00e9\"}}";

    private Receiver receiver;
    private Sender sender;

    @BeforeEach
    void open() throws Exception {
        receiver = new Receiver();
        sender = sender(receiver.port());
    }

    private static Sender sender(int port) {
        SendGuard guard = SendGuard.of(List.of("127.0.0.1"), Set.of(port));
        return new Sender(guard, TIMING, Sender::lookup, InstantSource.system());
    }

    @AfterEach
    void close() {
        sender.close();
        receiver.close();
    }

    @Test
    void send_signed_isVerifiedByTheStandardsOwnLibrary() throws Exception {
        SecureRandom random = new SecureRandom();
        SigningSecret secret = SigningSecret.random(random);
        SigningSecret former = SigningSecret.random(random);

        send(receiver.url(), List.of(secret, former), "msg_1", Instant.now());

        Receiver.Received received = receiver.received.get(0);
        verify(secret.text(), received);
        verify(former.text(), received);
        assertThatThrownBy(() -> verify(SigningSecret.random(random).text(), received))
                .isInstanceOf(WebhookVerificationException.class);
        assertThat(received.header("webhook-id")).isEqualTo("msg_1");
        assertThat(received.header("content-type")).isEqualTo("application/json");
        assertThat(received.header("user-agent")).isEqualTo("Anteroom-Webhooks/1");
        assertThat(received.headers()).doesNotContainKeys("accept-encoding", "cookie", "authorization");
        assertThat(received.body()).isEqualTo(BODY);
    }

    @Test
    void send_oldTimestamp_isRefusedByTheLibrary() throws Exception {
        SigningSecret secret = SigningSecret.random(new SecureRandom());

        send(receiver.url(), List.of(secret), "msg_1", Instant.now().minusSeconds(3600));

        assertThatThrownBy(() -> verify(secret.text(), receiver.received.get(0)))
                .isInstanceOf(WebhookVerificationException.class);
    }

    private static void verify(String secret, Receiver.Received received) throws Exception {
        Map<String, List<String>> headers = new HashMap<>();
        received.headers().forEach((name, value) -> headers.put(name, List.of(value)));
        new Webhook(secret)
                .verify(
                        received.body(),
                        HttpHeaders.of(headers, (name, value) -> true).map());
    }

    @Test
    void signatures_publishedExample_isTheSame() {
        // The example of the Standard Webhooks libraries.
        SigningSecret secret = SigningSecret.parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

        String signature = SigningSecret.signatures(
                List.of(secret),
                "msg_p5jXN8AQM9LWM0D4loKWxJek",
                Instant.ofEpochSecond(1_614_265_330),
                "{\"test\": 2432232314}");

        assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
        assertThat(secret).hasToString("whsec_***");
    }

    @Test
    void send_anErrorIsThrown_isAnAnswerLikeAnother() throws Exception {
        SendGuard guard = SendGuard.of(List.of("127.0.0.1"), Set.of(receiver.port()));
        GuardedResolver.Lookup lookup = host -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        try (Sender failing = new Sender(guard, TIMING, lookup, InstantSource.system())) {
            String url = "https://hook.example:" + receiver.port() + "/";
            Answer answer =
                    failing.send(post(url, "v1,", "msg_1", Instant.now())).get(10, TimeUnit.SECONDS);

            assertThat(answer.isSuccess()).isFalse();
            assertThat(answer.error()).isEqualTo("unable to create native thread");
        }
        assertThat(receiver.received).isEmpty();
    }

    @Test
    void send_redirect_isNotFollowed() throws Exception {
        receiver.answering((exchange, number) -> {
            exchange.getResponseHeaders().set("Location", receiver.url() + "/elsewhere");
            exchange.sendResponseHeaders(307, -1);
        });

        Answer answer = send();

        assertThat(answer.status()).isEqualTo(307);
        assertThat(answer.isSuccess()).isFalse();
        assertThat(answer.text()).isEqualTo("status 307, a redirect, which is not followed");
        assertThat(receiver.received).hasSize(1);
    }

    @Test
    void send_challenge_isNotAnswered() throws Exception {
        receiver.answering((exchange, number) -> {
            exchange.getResponseHeaders().set("WWW-Authenticate", "Basic realm=x");
            exchange.sendResponseHeaders(401, -1);
        });

        assertThat(send().status()).isEqualTo(401);
        assertThat(receiver.received).hasSize(1);
    }

    @Test
    void send_retryAfter_isRead() throws Exception {
        receiver.answering((exchange, number) -> {
            exchange.getResponseHeaders().set("Retry-After", "120");
            exchange.sendResponseHeaders(503, -1);
        });

        assertThat(send().retryAfter()).isEqualTo(Duration.ofMinutes(2));
    }

    @Test
    void send_endlessAnswer_isReadInPart() throws Exception {
        receiver.answering((exchange, number) -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] block = "0123456789\u001b[31m\n".repeat(100).getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < 1_000_000; i++) {
                exchange.getResponseBody().write(block);
            }
        });

        Answer answer = send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.snippet()).hasSizeBetween(500, 1024).doesNotContainPattern("\\p{Cntrl}");
    }

    @Test
    void send_gzip_isNotUnpacked() throws Exception {
        receiver.answering((exchange, number) -> {
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            Receiver.text(exchange, 200, "not gzip at all");
        });

        Answer answer = send();

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.snippet()).isEqualTo("not gzip at all");
    }

    @Test
    void send_noAnswer_endsInTime() throws Exception {
        Object never = new Object();
        receiver.answering((exchange, number) -> {
            synchronized (never) {
                try {
                    never.wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        });

        assertThat(send().error()).isEqualTo("no answer within 2 s");
    }

    @Test
    void send_nobodyListens_saysSo() throws Exception {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }
        try (Sender other = sender(port)) {
            Answer answer = other.send(post("http://127.0.0.1:" + port + "/", "v1,x", "msg_1", Instant.EPOCH))
                    .get(20, TimeUnit.SECONDS);

            assertThat(answer.status()).isZero();
            assertThat(answer.error()).contains("refused");
        }
    }

    private Answer send() throws Exception {
        return send(receiver.url(), List.of(SigningSecret.random(new SecureRandom())), "msg_1", Instant.now());
    }

    private Answer send(String url, List<SigningSecret> secrets, String id, Instant at) throws Exception {
        String signature = SigningSecret.signatures(secrets, id, at, BODY);
        return sender.send(post(url, signature, id, at)).get(20, TimeUnit.SECONDS);
    }

    private static Sender.Post post(String url, String signature, String id, Instant at) {
        return new Sender.Post(URI.create(url), id, at, signature, new Payload("application/json", BODY));
    }
}
