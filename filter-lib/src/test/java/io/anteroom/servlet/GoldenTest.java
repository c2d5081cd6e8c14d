// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Estimate;
import io.anteroom.admission.Lease;
import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;
import io.anteroom.net.TrustedProxies;
import io.anteroom.protocol.Dialect;
import io.anteroom.protocol.ProtocolSettings;
import io.anteroom.protocol.StatusMode;
import io.anteroom.rate.BudgetBook;
import io.anteroom.rate.LocalBuckets;
import io.anteroom.rate.RateLimits;
import io.anteroom.rate.RateSettings;
import jakarta.servlet.FilterChain;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Every byte that a client is sent: each dialect in each mode with each outcome, kept as text and compared. Ids and
 * times are handed in. A difference is a change of the public protocol; {@code -Dgolden.update=true} writes the texts
 * anew.
 */
final class GoldenTest {
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_700_000_000), ZoneOffset.UTC);
    private static final Estimate ESTIMATE =
            new Estimate(Duration.ofSeconds(18), Duration.ofSeconds(12), Duration.ofSeconds(27));
    private static final QueueStatus STANDING =
            new QueueStatus(5, 7, 12, Optional.of(ESTIMATE), Duration.ofMillis(10_000), QueueStatus.Limit.SLOTS);

    /** How it ends. */
    private enum Outcome {
        STREAMS(null),
        REFUSED(Refusal.Code.QUEUE_FULL),
        EXPIRES(Refusal.Code.WAIT_TIMEOUT),
        SHED(Refusal.Code.SHED),
        DRAINED(Refusal.Code.SHUTTING_DOWN),
        APPLICATION_ERROR(null),
        APPLICATION_THROWS(null),
        APPLICATION_BREAKS_OFF(null);

        private final Refusal.Code code;

        Outcome(Refusal.Code code) {
            this.code = code;
        }

        Refusal refusal() {
            return new Refusal(
                    code, 12, code == Refusal.Code.QUEUE_FULL ? 12 : 0, waited(), Duration.ofSeconds(18), estimate());
        }

        private Duration waited() {
            return this == REFUSED ? Duration.ZERO : Duration.ofMillis(12_345);
        }

        private Optional<Estimate> estimate() {
            return this == REFUSED ? Optional.of(ESTIMATE) : Optional.empty();
        }
    }

    @ParameterizedTest
    @EnumSource(Dialect.class)
    void answers_everyModeAndOutcome_areTheKeptOnes(Dialect dialect) throws Exception {
        StringBuilder all = new StringBuilder();
        for (StatusMode mode : StatusMode.values()) {
            for (Outcome outcome : Outcome.values()) {
                all.append("=== ")
                        .append(lower(mode))
                        .append(", ")
                        .append(lower(outcome))
                        .append('\n');
                all.append(play(dialect, mode, outcome)).append("<end>\n");
            }
        }
        keep(lower(dialect), all.toString());
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static void keep(String name, String text) throws IOException {
        if (Boolean.getBoolean("golden.update")) {
            Path file = Path.of("src/test/resources/golden", name + ".txt");
            Files.createDirectories(file.getParent());
            Files.writeString(file, text);
            return;
        }
        try (InputStream in = GoldenTest.class.getResourceAsStream("/golden/" + name + ".txt")) {
            assertThat(in)
                    .as("no text for " + name + " yet: run with -Dgolden.update=true")
                    .isNotNull();
            assertThat(text).isEqualTo(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static String play(Dialect dialect, StatusMode mode, Outcome outcome) throws Exception {
        boolean streams = mode != StatusMode.WHITESPACE && dialect.mayStream();
        boolean isSilent = mode == StatusMode.NONE || (mode != StatusMode.WHITESPACE && !streams);
        Script script = new Script(outcome, isSilent);
        String json = "{\"model\":\"m1\",\"stream\":" + streams + "}";
        GoldenExchange exchange = new GoldenExchange(path(dialect), json, script::decide);
        exchange.asks("Prefer", "queue-status=" + lower(mode));
        try (FrontDoor door = new FrontDoor(settings(script.pool()), CLOCK)) {
            HttpServletResponse response = exchange.response();
            try {
                door.filter(exchange.request(), response, application(dialect, streams, outcome));
            } catch (IllegalStateException e) {
                // As a container does with what its application throws.
                response.setStatus(500);
            }
        }
        return exchange.text();
    }

    /** The pool's side: it lets the request wait until its client has been told so, if it is told at all. */
    private static final class Script {
        private final Outcome outcome;
        private final boolean isSilent;
        private Waiter waiter;

        Script(Outcome outcome, boolean isSilent) {
            this.outcome = outcome;
            this.isSilent = isSilent;
        }

        Pool pool() {
            Map<String, Function<Object[], Object>> methods = new HashMap<>();
            methods.put("name", x -> "llm");
            methods.put("settings", x -> PoolSettings.ofSlots(1));
            methods.put("offer", x -> offer((Waiter) x[1]));
            methods.put("snapshot", x -> snapshot());
            return Fakes.of(Pool.class, methods);
        }

        private Object offer(Waiter told) {
            if (outcome == Outcome.REFUSED) {
                return outcome.refusal();
            }
            waiter = told;
            if (isSilent) {
                decide();
            }
            Map<String, Function<Object[], Object>> methods = new HashMap<>();
            methods.put("id", x -> 1L);
            methods.put("status", x -> STANDING);
            return Fakes.of(Ticket.class, methods);
        }

        private static PoolSnapshot snapshot() {
            try (LocalPools pools = new LocalPools(System::nanoTime)) {
                return pools.open("llm", PoolSettings.ofSlots(1)).snapshot();
            }
        }

        void decide() {
            Waiter told = waiter;
            if (told == null) {
                return;
            }
            waiter = null;
            if (outcome.code != null) {
                told.refused(outcome.refusal());
                return;
            }
            Map<String, Function<Object[], Object>> methods = new HashMap<>();
            methods.put("id", x -> 1L);
            methods.put("waited", x -> Duration.ofMillis(12_345));
            methods.put("initialPosition", x -> 7);
            methods.put("claim", x -> true);
            told.admitted(Fakes.of(Lease.class, methods));
        }
    }

    private static DoorSettings settings(Pool pool) {
        return new DoorSettings(
                new Routes(Map.of("*", pool), Map.of()),
                CallerResolver.API_KEY,
                identity -> CallerPolicy.DEFAULT,
                noLimits(),
                TrustedProxies.NONE,
                1 << 20,
                Duration.ZERO,
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                WaitStrategy.VIRTUAL,
                false,
                false,
                ProtocolSettings.DEFAULT,
                PlaceSettings.DEFAULT,
                TicketSettings.DEFAULT,
                Map.of(),
                DoorSettings.NOBODY);
    }

    private static RateLimits noLimits() {
        LocalBuckets local = new LocalBuckets();
        return new RateLimits(RateSettings.NONE, local, local, new BudgetBook(CLOCK), event -> {});
    }

    private static String path(Dialect dialect) {
        return switch (dialect) {
            case OPENAI -> "/v1/chat/completions";
            case COMPLETIONS -> "/v1/completions";
            case EMBEDDINGS -> "/v1/embeddings";
            case RESPONSES -> "/v1/responses";
            case ANTHROPIC -> "/v1/messages";
            case OLLAMA -> "/api/chat";
            case OLLAMA_GENERATE -> "/api/generate";
            case OLLAMA_EMBED -> "/api/embed";
            case PLAIN -> "/other";
        };
    }

    private static FilterChain application(Dialect dialect, boolean streams, Outcome outcome) {
        return (request, given) -> {
            HttpServletResponse response = (HttpServletResponse) given;
            switch (outcome) {
                case APPLICATION_THROWS -> throw new IllegalStateException("the application fails");
                case APPLICATION_ERROR -> {
                    response.setStatus(503);
                    response.setHeader("Retry-After", "7");
                    response.setContentType("application/json");
                    say(response, "{\"error\":{\"message\":\"no capacity\"}}");
                }
                default -> {
                    boolean isLines = dialect.family() == Dialect.Family.OLLAMA;
                    String form = isLines ? "application/x-ndjson" : "text/event-stream";
                    response.setContentType(streams ? form : "application/json");
                    say(response, !streams ? "{\"id\":1" : isLines ? "{\"done\":false}\n" : "data: {\"id\":1}\n\n");
                    if (outcome == Outcome.APPLICATION_BREAKS_OFF) {
                        throw new IllegalStateException("the application fails");
                    }
                    say(response, !streams ? "}" : isLines ? "{\"done\":true}\n" : "data: [DONE]\n\n");
                }
            }
        };
    }

    private static void say(HttpServletResponse response, String text) throws IOException {
        response.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
        response.flushBuffer();
    }
}
