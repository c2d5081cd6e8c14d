// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.Callback;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes behind does not take the first request, or throws instead: whoever follows it is not to wait for ever. */
final class IdempotencyHandlerTest {
    private final HttpClient http = HttpClient.newHttpClient();
    private final Server server = new Server();
    private final ServerConnector connector = new ServerConnector(server);
    private final AtomicInteger come = new AtomicInteger();
    private final CountDownLatch hasCome = new CountDownLatch(1);
    private final CountDownLatch mayEnd = new CountDownLatch(1);
    private End end = End.REFUSES;

    /** How the first request ends. */
    private enum End {
        REFUSES,
        THROWS,
        ERROR
    }

    /** Ends the first request as the test says, and answers the others. */
    private final class Behind extends Handler.Abstract {
        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            if (come.incrementAndGet() > 1) {
                Content.Sink.write(response, true, "answer", callback);
                return true;
            }
            hasCome.countDown();
            assertThat(mayEnd.await(20, TimeUnit.SECONDS)).isTrue();
            if (end == End.THROWS) {
                throw new IllegalStateException("no");
            }
            if (end == End.ERROR) {
                throw new StackOverflowError("no");
            }
            return false;
        }
    }

    /** Reads the body, as is done before in a gateway. */
    private static final class Before extends Handler.Wrapper {
        Before(Handler next) {
            super(next);
        }

        @Override
        public boolean handle(Request request, Response response, Callback callback) throws Exception {
            byte[] body = new byte[2];
            Content.Source.asByteBuffer(request).get(body);
            request.setAttribute(IdempotencyHandler.BODY, body);
            return super.handle(request, response, callback);
        }
    }

    @BeforeEach
    void start() throws Exception {
        IdempotencySettings settings =
                new IdempotencySettings(List.of("/v1/*"), Duration.ofMinutes(10), 1 << 20, 1 << 20);
        connector.setHost(InetAddress.getLoopbackAddress().getHostAddress());
        server.addConnector(connector);
        server.setHandler(new Before(new IdempotencyHandler(new Behind(), settings, caller -> true)));
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        mayEnd.countDown();
        server.stop();
    }

    private CompletableFuture<HttpResponse<String>> send() {
        URI uri = URI.create("http://127.0.0.1:" + connector.getLocalPort() + "/v1/x");
        HttpRequest request = HttpRequest.newBuilder(uri)
                .header("Authorization", "Bearer me")
                .header("Idempotency-Key", "k")
                .POST(BodyPublishers.ofString("{}"))
                .build();
        return http.sendAsync(request, BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(CompletableFuture<HttpResponse<String>> answer) throws Exception {
        return answer.get(10, TimeUnit.SECONDS);
    }

    @ParameterizedTest
    @EnumSource
    void first_isNotTaken_theNextIsTheFirst(End how) throws Exception {
        end = how;
        CompletableFuture<HttpResponse<String>> first = send();
        assertThat(hasCome.await(10, TimeUnit.SECONDS)).isTrue();
        mayEnd.countDown();
        assertThat(get(first).statusCode()).isEqualTo(how == End.REFUSES ? 404 : 500);

        HttpResponse<String> second = get(send());

        assertThat(second.statusCode()).isEqualTo(200);
        assertThat(second.body()).isEqualTo("answer");
        assertThat(second.headers().firstValue("Idempotent-Replayed")).isEmpty();
    }
}
