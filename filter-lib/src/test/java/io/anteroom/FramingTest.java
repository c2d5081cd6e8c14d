// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.PoolSettings;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.WaitStrategy;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The framing rules of the protocol, over random traffic through a Jetty that is too small for it. */
final class FramingTest {
    private static final int REQUESTS = Integer.getInteger("framing.requests", 240);
    private static final int CLIENTS = 24;
    private static final List<String> PATHS = List.of(
            "/v1/chat/completions",
            "/v1/completions",
            "/v1/embeddings",
            "/v1/responses",
            "/v1/messages",
            "/api/chat",
            "/api/generate",
            "/api/embed",
            "/other");
    private static final List<String> MODES = List.of("", "none", "comment", "chunk", "event", "whitespace", "loud");
    private static final List<String> ACTS =
            List.of("stream", "stream", "lines", "json", "overloaded", "throw", "hello", "retry");
    private static final JsonFactory JSON = new JsonFactory();

    private final AtomicInteger committed = new AtomicInteger();
    private final AtomicInteger lateErrors = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();

    @ParameterizedTest
    @EnumSource(
            value = WaitStrategy.class,
            names = {"ASYNC", "VIRTUAL"})
    void answers_randomTraffic_keepTheRules(WaitStrategy strategy) throws Exception {
        PoolSettings pool = PoolSettings.ofSlots(1)
                .withQueue(16, 1 << 20)
                .withEarlyRefusal(false)
                .withCallers(CallerLimits.UNLIMITED, CallerLimits.UNLIMITED);
        ExecutorService clients = Executors.newFixedThreadPool(CLIENTS);
        try (TestServer server = TestServer.start(Anteroom.builder()
                .pool("llm", pool)
                .policy(CallerPolicy.TRUSTED)
                .waitStrategy(strategy)
                .commitAfter(Duration.ZERO)
                .heartbeat(Duration.ofMillis(100)))) {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < REQUESTS; i++) {
                long seed = i;
                all.add(clients.submit(() -> play(server.port(), new Random(seed))));
            }
            await(all);
            server.awaitIdle();
        } finally {
            clients.shutdownNow();
        }
        assertThat(committed.get())
                .as("answers that began while their request waited")
                .isGreaterThan(REQUESTS / 24);
        assertThat(lateErrors.get()).as("errors told in answers that had begun").isGreaterThan(REQUESTS / 48);
        assertThat(refused.get()).as("refusals").isGreaterThan(REQUESTS / 48);
    }

    private static void await(List<Future<?>> all) throws InterruptedException {
        for (Future<?> one : all) {
            try {
                Object unused = one.get();
            } catch (ExecutionException e) {
                throw new AssertionError(e.getCause().getMessage(), e.getCause());
            }
        }
    }

    private Void play(int port, Random random) throws IOException {
        String path = "/slow/" + pick(ACTS, random) + pick(PATHS, random) + "?Retry-After=" + random.nextInt(100);
        boolean streams = random.nextInt(4) > 0;
        long wait = random.nextInt(3) == 0 ? 150 + random.nextInt(300) : 20_000;
        String priority = pick(List.of("critical", "high", "normal", "low"), random);
        String body = "{\"model\":\"m\",\"stream\":" + streams + ",\"gateflow\":{\"queue\":{\"max_wait_ms\":" + wait
                + ",\"priority\":\"" + priority + "\",\"on_full\":\"drop_lowest\"}}}";
        String mode = pick(MODES, random);
        String request = "POST " + path + " HTTP/1.1\r\nHost: x\r\n"
                + "Content-Type: application/json\r\nContent-Length: " + body.length() + "\r\n"
                + (mode.isEmpty() ? "" : "Prefer: queue-status=" + mode + "\r\n") + "\r\n" + body;
        try (Socket socket = new Socket("localhost", port)) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
            String answer = read(socket.getInputStream());
            try {
                check(answer);
            } catch (AssertionError | IOException e) {
                throw new AssertionError(e.getMessage() + "\n" + request + "\n\n" + answer, e);
            }
        }
        return null;
    }

    /** One answer, up to its own end or that of the connection. */
    private static String read(InputStream in) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        byte[] piece = new byte[8192];
        for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
            read.write(piece, 0, n);
            if (isWhole(read.toString(StandardCharsets.UTF_8))) {
                break;
            }
        }
        return read.toString(StandardCharsets.UTF_8);
    }

    private static boolean isWhole(String text) {
        int end = text.indexOf("\r\n\r\n");
        if (end < 0) {
            return false;
        }
        String length = field(text.substring(0, end + 2), "Content-Length");
        int body = text.substring(end + 4).getBytes(StandardCharsets.UTF_8).length;
        return length == null ? text.endsWith("\r\n0\r\n\r\n") : body >= Integer.parseInt(length);
    }

    private static String pick(List<String> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }

    private void check(String answer) throws IOException {
        int end = answer.indexOf("\r\n\r\n");
        String head = answer.substring(0, end + 2);
        int status = Integer.parseInt(head.substring(9, 12));
        assertThat(status).as("no interim answer, no unasked 202, no redirect").isIn(200, 429, 500, 503, 529);
        retryAfter(head);
        String body = answer.substring(end + 4);
        String type = String.valueOf(field(head, "Content-Type"));
        if (field(head, "Content-Length") == null) {
            assertThat(body).as("a normal end").endsWith("0\r\n\r\n");
            body = unchunked(body);
        }
        if (field(head, "Queue-Reject-Reason") != null) {
            refused.incrementAndGet();
            assertThat(field(head, "Retry-After")).isNotNull();
            json(body);
        } else if (type.startsWith("text/event-stream")) {
            events(body);
        } else if (type.startsWith("application/x-ndjson")) {
            lines(body);
        } else if (type.startsWith("application/json") && status == 200) {
            json(body);
        }
        if (field(head, "X-Accel-Buffering") != null) {
            committed.incrementAndGet();
        }
    }

    private static void retryAfter(String head) {
        String seconds = field(head, "Retry-After");
        String millis = field(head, "retry-after-ms");
        assertThat(millis == null).as("both forms, or none").isEqualTo(seconds == null);
        if (seconds != null && millis != null) {
            assertThat(Integer.parseInt(seconds)).isBetween(1, 60);
            assertThat(Integer.parseInt(millis)).isBetween(1000, 60_000);
        }
    }

    /** Each block has data, so no comment stands alone; the last is the application's own end, or an error. */
    private void events(String body) throws IOException {
        assertThat(body).endsWith("\n\n").doesNotContain("\r");
        List<String> blocks = Arrays.stream(body.split("\n\n+")).toList();
        for (String block : blocks) {
            List<String> lines =
                    block.lines().filter(line -> !line.startsWith(":")).toList();
            assertThat(lines).as("no comment stands alone").isNotEmpty();
            assertThat(lines).as("only these fields").allMatch(line -> line.matches("(event|data): .+"));
            assertThat(lines).as("no event without data").anyMatch(line -> line.startsWith("data: "));
            for (String line : lines) {
                if (line.startsWith("data: {")) {
                    json(line.substring(6));
                }
            }
        }
        String last = blocks.get(blocks.size() - 1);
        boolean isError = last.contains("event: error\n");
        assertThat(isError || last.endsWith("data: [DONE]")).as("never bare").isTrue();
        lateErrors.addAndGet(isError ? 1 : 0);
    }

    private void lines(String body) throws IOException {
        assertThat(body).endsWith("\n").doesNotContain("\n\n");
        List<String> lines = body.lines().toList();
        for (String line : lines) {
            json(line);
        }
        String last = lines.get(lines.size() - 1);
        boolean isError = last.startsWith("{\"error\":");
        assertThat(isError || last.contains("\"done\":true")).as("never bare").isTrue();
        lateErrors.addAndGet(isError ? 1 : 0);
    }

    /** One JSON object, whole. */
    private static void json(String text) throws IOException {
        int objects = 0;
        try (JsonParser parser = JSON.createParser(text)) {
            while (parser.nextToken() != null) {
                assertThat(parser.currentToken().isStructStart()).isTrue();
                parser.skipChildren();
                objects++;
            }
        }
        assertThat(objects).isEqualTo(1);
    }

    private static String field(String head, String name) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).trim())
                .findFirst()
                .orElse(null);
    }

    private static String unchunked(String body) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder whole = new StringBuilder();
        int at = 0;
        while (true) {
            int line = at;
            while (bytes[line] != '\r') {
                line++;
            }
            int length = Integer.parseInt(new String(bytes, at, line - at, StandardCharsets.US_ASCII), 16);
            if (length == 0) {
                return whole.toString();
            }
            whole.append(new String(bytes, line + 2, length, StandardCharsets.UTF_8));
            at = line + 2 + length + 2;
        }
    }
}
