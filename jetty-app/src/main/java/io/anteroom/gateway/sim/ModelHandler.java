// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anteroom.gateway.net.ClientWatch;
import io.anteroom.gateway.sim.CompletionRequest.Unreadable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.atomic.AtomicLong;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.Promise;

/** Answers the paths of the simulated model server. */
final class ModelHandler extends Handler.Abstract.NonBlocking {
    private static final String METRICS = """
            # TYPE vllm:num_requests_running gauge
            vllm:num_requests_running{model_name="simulated"} %d
            # TYPE vllm:num_requests_waiting gauge
            vllm:num_requests_waiting{model_name="simulated"} %d
            # TYPE vllm:kv_cache_usage_perc gauge
            vllm:kv_cache_usage_perc{model_name="simulated"} %.4f
            # TYPE vllm:request_success_total counter
            vllm:request_success_total{model_name="simulated"} %d
            # TYPE vllm:generation_tokens_total counter
            vllm:generation_tokens_total{model_name="simulated"} %d
            """;

    private final ModelSettings settings;
    private final ModelSlots slots;
    private final ScheduledExecutorService scheduler;
    private final SlotObserver observer;
    private final AtomicLong numbers = new AtomicLong();

    ModelHandler(ModelSettings settings, ModelSlots slots, ScheduledExecutorService scheduler, SlotObserver observer) {
        this.settings = settings;
        this.slots = slots;
        this.scheduler = scheduler;
        this.observer = observer;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        String path = Request.getPathInContext(request);
        Optional<ModelDialect> dialect = ModelDialect.of(request.getMethod(), path);
        if (dialect.isPresent()) {
            complete(dialect.get(), request, response, callback);
            return true;
        }
        switch (request.getMethod() + " " + path) {
            case "GET /v1/models" -> send(response, callback, 200, "application/json", models());
            case "GET /health" -> send(response, callback, 200, "text/plain", "");
            case "GET /metrics" -> send(response, callback, 200, "text/plain; version=0.0.4", metrics());
            default ->
                refuse(ModelDialect.CHAT, response, callback, 404, "There is no " + request.getMethod() + " here.");
        }
        return true;
    }

    private void complete(ModelDialect dialect, Request request, Response response, Callback callback) {
        Content.Source.asString(request, StandardCharsets.UTF_8, new Promise<>() {
            @Override
            public void succeeded(String body) {
                try {
                    begin(dialect, request, CompletionRequest.parse(body, dialect), response, callback);
                } catch (Unreadable e) {
                    refuse(dialect, response, callback, 400, e.reason());
                }
            }

            @Override
            public void failed(Throwable failure) {
                callback.failed(failure);
            }
        });
    }

    private void begin(
            ModelDialect dialect, Request request, CompletionRequest asked, Response response, Callback callback) {
        long number = numbers.incrementAndGet();
        Completion.Work work = new Completion.Work(
                slots,
                scheduler,
                observer,
                header(request, "Sim-Id", -1),
                asked,
                serviceNanos(request, asked, number),
                settings.chunkEvery().toNanos());
        Completion completion = new Completion(work, dialect, number, response, callback);
        completion.watch(ClientWatch.start(request));
        slots.enter(completion);
    }

    private long serviceNanos(Request request, CompletionRequest asked, long number) {
        long micros = header(request, "Sim-Service-Micros", -1);
        if (micros > 0) {
            return micros * 1000;
        }
        SplittableRandom random = new SplittableRandom(settings.seed() * 31 + number);
        double seconds = ServiceTime.seconds(asked.prompt(), asked.output(), random);
        return Math.max(1000, (long) (seconds / settings.speed() * 1e9));
    }

    private static long header(Request request, String name, long otherwise) {
        String value = request.getHeaders().get(name);
        return value != null && value.matches("\\d{1,15}") ? Long.parseLong(value) : otherwise;
    }

    private String metrics() {
        ModelCounts counts = slots.counts();
        double cache = Math.min(1, counts.running() / (double) slots.slots());
        return METRICS.formatted(counts.running(), counts.waiting(), cache, counts.served(), counts.tokens());
    }

    private static String models() {
        ObjectNode models = JsonNodeFactory.instance.objectNode().put("object", "list");
        models.putArray("data")
                .addObject()
                .put("id", "simulated")
                .put("object", "model")
                .put("owned_by", "anteroom");
        return models.toString();
    }

    private static void refuse(ModelDialect dialect, Response response, Callback callback, int status, String message) {
        send(response, callback, status, "application/json", dialect.error(message, true));
    }

    private static void send(Response response, Callback callback, int status, String type, String body) {
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, type);
        response.write(true, ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8)), callback);
    }
}
