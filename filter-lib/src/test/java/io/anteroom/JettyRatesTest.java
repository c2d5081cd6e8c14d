// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Refusal;
import io.anteroom.event.QueueEvent;
import io.anteroom.rate.Allowance;
import io.anteroom.rate.BucketStore;
import io.anteroom.rate.Budget;
import io.anteroom.rate.CalendarPeriod;
import io.anteroom.rate.Limit;
import io.anteroom.rate.OnLimit;
import io.anteroom.rate.OnStoreFailure;
import io.anteroom.rate.RateListener.SoftLimit;
import io.anteroom.rate.RateSettings;
import io.anteroom.rate.Scope;
import io.anteroom.servlet.ApiKey;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.KnownCaller;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What limited callers are told, on a real Jetty. */
final class JettyRatesTest {
    private static final Duration HOUR = Duration.ofHours(1);
    private TestServer server;

    @AfterEach
    void stop() {
        server.close();
    }

    private void start(RateSettings limits) throws Exception {
        server = TestServer.start(builder().limits(limits));
    }

    private static Anteroom.Builder builder() {
        return Anteroom.builder().pool("llm", PoolSettings.ofSlots(2));
    }

    private static RateSettings limits(Limit... limits) {
        return RateSettings.NONE.withLimits(limits);
    }

    private HttpResponse<String> post(String path, String json) throws Exception {
        return server.postAsync(path, json).get();
    }

    private static String field(HttpResponse<?> answer, String name) {
        return answer.headers().firstValue(name).orElse(null);
    }

    @Test
    void requests_withinAndOverTheLimit_areToldHowItStands() throws Exception {
        start(limits(Limit.requests("per-key", 2, HOUR)));

        HttpResponse<String> first = server.get("/v1/chat/completions");
        HttpResponse<String> second = server.get("/v1/chat/completions");
        HttpResponse<String> third = server.get("/v1/chat/completions");

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(field(first, "RateLimit-Policy")).isEqualTo("\"per-key\";q=2;w=3600");
        assertThat(field(first, "RateLimit")).isEqualTo("\"per-key\";r=1;t=1800");
        assertThat(field(second, "x-ratelimit-limit-requests")).isEqualTo("2");
        assertThat(field(second, "x-ratelimit-remaining-requests")).isEqualTo("0");
        assertThat(field(second, "x-ratelimit-reset-requests")).isIn("1h0m0s", "59m59s", "60m0s");
        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(field(third, "Retry-After")).isEqualTo("60");
        assertThat(field(third, "retry-after-ms")).isEqualTo("60000");
        assertThat(field(third, "RateLimit")).isEqualTo("\"per-key\";r=0;t=3600");
        assertThat(field(third, "Queue-Reject-Reason")).isEqualTo("rate-limited");
        assertThat(third.body())
                .contains("\"code\":\"rate_limit_exceeded\"", "\"type\":\"rate_limit_error\"")
                .contains("Rate limit 'per-key' reached: 2 requests per hour. Please try again in 1800s.")
                .contains("\"retry_after_seconds\":1800", "http-problem-types#quota-exceeded");
        assertThat(server.events.get(server.events.size() - 1).refusal()).isEqualTo(Refusal.Code.RATE_LIMITED);
        assertThat(server.count(QueueEvent.Kind.REFUSED)).isEqualTo(1);
    }

    @Test
    void limit_soonThere_isPromisedExactly() throws Exception {
        start(limits(Limit.requests("burst", 1, Duration.ofSeconds(5))));
        server.get("/v1/messages");

        HttpResponse<String> answer = server.get("/v1/messages");

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(Long.parseLong(field(answer, "retry-after-ms"))).isBetween(1L, 5000L);
        assertThat(Long.parseLong(field(answer, "Retry-After"))).isBetween(1L, 5L);
        assertThat(field(answer, "anthropic-ratelimit-requests-limit")).isEqualTo("1");
        assertThat(field(answer, "anthropic-ratelimit-requests-remaining")).isEqualTo("0");
        assertThat(field(answer, "anthropic-ratelimit-requests-reset"))
                .matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
        assertThat(answer.body()).startsWith("{\"type\":\"error\",\"error\":{\"type\":\"rate_limit_error\"");
    }

    @Test
    void callers_areCountedApart_andOwnLimitsAreStronger() throws Exception {
        ApiKey rich = ApiKey.create(new SecureRandom());
        ApiKey poor = ApiKey.create(new SecureRandom());
        CallerPolicy own = CallerPolicy.DEFAULT.withAllowance(Allowance.of(Limit.requests("per-key", 3, HOUR)));
        Callers callers = new Callers(Callers.Snapshot.of(CallerPolicy.DEFAULT)
                .with(KnownCaller.of("rich", rich, own))
                .with(KnownCaller.of("poor", poor, CallerPolicy.DEFAULT)));
        server = TestServer.start(builder().policies(callers).limits(limits(Limit.requests("per-key", 1, HOUR))));

        assertThat(statuses(rich, 4)).containsExactly(200, 200, 200, 429);
        assertThat(statuses(poor, 2)).containsExactly(200, 429);
        callers.edit(snapshot -> snapshot.with(snapshot.byName().get("rich").disabled(true)));
        assertThat(statuses(rich, 1)).containsExactly(401);
        server.anteroom().rates().configure(RateSettings.NONE);
        assertThat(statuses(poor, 1)).containsExactly(200);
    }

    private List<Integer> statuses(ApiKey key, int count) throws Exception {
        List<Integer> statuses = new CopyOnWriteArrayList<>();
        for (int i = 0; i < count; i++) {
            HttpRequest.Builder request = server.request("/hello").header("Authorization", "Bearer " + key.secret());
            statuses.add(server.send(request).statusCode());
        }
        return statuses;
    }

    @Test
    void caller_notLetIn_isTold401() throws Exception {
        server = TestServer.start(builder().policy(CallerPolicy.NOBODY));

        HttpResponse<String> answer =
                server.send(server.request("/v1/chat/completions").header("x-api-key", "no"));

        assertThat(answer.statusCode()).isEqualTo(401);
        assertThat(field(answer, "WWW-Authenticate")).isEqualTo("Bearer");
        assertThat(field(answer, "Retry-After")).isNull();
        assertThat(answer.body()).contains("\"code\":\"invalid_api_key\"").doesNotContain("\"no\"");
        assertThat(server.get("/v1/messages").body()).contains("authentication_error");
    }

    @Test
    void tokens_areReserved_andCorrectedByTheAnswer() throws Exception {
        start(limits(Limit.tokens("tokens", 1000, HOUR)));
        String usage = "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":20},\"max_tokens\":400}";

        HttpResponse<String> first = post("/jsonecho", usage);
        server.awaitIdle();
        HttpResponse<String> second = post("/jsonecho", usage);

        assertThat(field(first, "RateLimit-Policy")).isEqualTo("\"tokens\";q=1000;w=3600;qu=\"tokens\"");
        assertThat(remaining(first)).isEqualTo(1000 - 400 - (usage.length() + 3) / 4);
        assertThat(remaining(second)).isEqualTo(remaining(first) - 30);
        assertThat(field(second, "x-ratelimit-remaining-tokens")).isEqualTo(Long.toString(remaining(second)));
    }

    @Test
    void tokens_ofAnAnswerWithoutUsage_areCounted_ofAFailure_givenBack() throws Exception {
        start(limits(Limit.tokens("tokens", 1000, HOUR)));

        post("/overloaded", "{\"max_tokens\":400}");
        server.awaitIdle();
        HttpResponse<String> full = post("/stream", "{\"max_tokens\":395}");
        server.awaitIdle();
        HttpResponse<String> after = post("/stream", "{\"max_tokens\":395}");

        assertThat(remaining(full)).isEqualTo(1000 - 400);
        assertThat(remaining(after)).as("5 of prompt, 1 chunk").isEqualTo(1000 - 400 - 6);
    }

    private static long remaining(HttpResponse<?> answer) {
        String field = field(answer, "RateLimit");
        return Long.parseLong(field.substring(field.indexOf(";r=") + 3, field.indexOf(";t=")));
    }

    @Test
    void tokens_ofARefusedRequest_areGivenBack() throws Exception {
        server = TestServer.start(Anteroom.builder()
                .pool("llm", PoolSettings.ofSlots(1).withQueue(0, 0))
                .limits(limits(Limit.tokens("tokens", 1000, HOUR), Limit.requests("requests", 10, HOUR))));
        CompletableFuture<HttpResponse<String>> held = server.getAsync("/hold");
        server.awaitRunning(1);

        HttpResponse<String> refused = post("/hello", "{\"max_tokens\":300}");
        assertThat(refused.statusCode()).isEqualTo(503);
        server.letGo();
        held.get();
        server.awaitIdle();

        String standing = field(post("/hello", "{\"max_tokens\":295}"), "RateLimit");
        assertThat(standing).contains("\"tokens\";r=" + (1000 - 1 - 300) + ";", "\"requests\";r=8;");
    }

    @Test
    void queue_untilTheBucketRefills_thenIsServed() throws Exception {
        start(limits(Limit.requests("queued", 1, Duration.ofMillis(700)).onLimit(OnLimit.QUEUE)));
        server.get("/hello");
        long before = System.nanoTime();

        HttpResponse<String> answer = server.get("/hello");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(field(answer, "Queue-Was-Queued")).isEqualTo("true");
        assertThat(System.nanoTime() - before)
                .isGreaterThan(Duration.ofMillis(300).toNanos());
        assertThat(server.pool().snapshot().waiting()).isZero();
    }

    @Test
    void queue_longerThanTheLongestWait_isRefused() throws Exception {
        start(limits(Limit.requests("queued", 1, HOUR).onLimit(OnLimit.QUEUE)));
        server.get("/hello");

        assertThat(server.get("/hello").statusCode()).isEqualTo(429);
    }

    @Test
    void budget_usedUp_isRefusedForGood_afterSoftLimits() throws Exception {
        List<SoftLimit> told = new CopyOnWriteArrayList<>();
        Budget budget = Budget.tokens("monthly", 100, CalendarPeriod.MONTH)
                .countedBy(Scope.POOL)
                .withSoftPercent(50, 90);
        server = TestServer.start(builder()
                .limits(RateSettings.NONE.withBudgets(budget).withUsualOutput(0))
                .rateListener(told::add));
        String usage = "{\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":45}}";
        post("/jsonecho", usage);
        server.awaitIdle();
        post("/jsonecho", usage);
        server.awaitIdle();

        HttpResponse<String> refused = post("/v1/chat/completions", usage);

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(field(refused, "Retry-After")).isNull();
        assertThat(field(refused, "x-should-retry")).isEqualTo("false");
        assertThat(field(refused, "Queue-Reject-Reason")).isEqualTo("quota");
        assertThat(refused.body())
                .contains("\"code\":\"insufficient_quota\"", "\"type\":\"insufficient_quota\"")
                .contains("Budget 'monthly' of 100 tokens per month is used up.", "\"resets_at\":\"20");
        assertThat(told).extracting(SoftLimit::percent).containsExactly(50, 100);
    }

    @Test
    void store_failing_isAnsweredAsSet_andCounted() throws Exception {
        BucketStore broken = new BucketStore() {
            @Override
            public Take take(Claim[] claims) {
                throw new IllegalStateException("gone");
            }

            @Override
            public void correct(Claim claim, long amount) {
                throw new IllegalStateException("gone");
            }
        };
        RateSettings one = limits(Limit.requests("one", 1, HOUR));
        server = TestServer.start(builder().limits(one).buckets(broken));

        assertThat(List.of(server.get("/a").statusCode(), server.get("/a").statusCode()))
                .as("local")
                .containsExactly(200, 429);
        server.anteroom().rates().configure(one.onStoreFailure(OnStoreFailure.FAIL_OPEN));
        assertThat(List.of(server.get("/a").statusCode(), server.get("/a").statusCode()))
                .as("open")
                .containsExactly(200, 200);
        server.anteroom().rates().configure(one.onStoreFailure(OnStoreFailure.FAIL_CLOSED));
        HttpResponse<String> closed = server.get("/a");
        assertThat(closed.statusCode()).isEqualTo(503);
        assertThat(closed.body()).contains("limits_unavailable").doesNotContain("gone");
        assertThat(server.anteroom().rates().storeFailures()).isEqualTo(5);
    }

    @Test
    void noLimits_noFields() throws Exception {
        start(RateSettings.NONE);

        assertThat(server.get("/hello").headers().map().keySet())
                .noneMatch(name -> name.toLowerCase().contains("ratelimit"));
    }
}
