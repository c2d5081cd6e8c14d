// SPDX-License-Identifier: Apache-2.0
package io.anteroom.backend;

import java.io.IOException;
import java.util.List;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/** The kinds of backends whose figures can be read, with where they stand and what they are called. */
public enum BackendKind {
    /** vLLM; {@code gpu_cache_usage_perc} is what versions before 0.9 call the cache. */
    VLLM(
            "/metrics",
            List.of("vllm:num_requests_running"),
            List.of("vllm:num_requests_waiting"),
            List.of("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc")),
    /** SGLang. */
    SGLANG(
            "/metrics",
            List.of("sglang:num_running_reqs"),
            List.of("sglang:num_queue_reqs"),
            List.of("sglang:token_usage")),
    /** The server of llama.cpp, started with {@code --metrics}. */
    LLAMA_CPP(
            "/metrics",
            List.of("llamacpp:requests_processing"),
            List.of("llamacpp:requests_deferred"),
            List.of("llamacpp:kv_cache_usage_ratio")),
    /** Text Generation Inference. */
    TGI("/metrics", List.of("tgi_batch_current_size"), List.of("tgi_queue_size"), List.of()),
    /** Ollama tells which models are loaded and nothing of its queue: that it answers is all there is. */
    OLLAMA("/api/ps", List.of(), List.of(), List.of());

    private final String path;
    private final List<String> running;
    private final List<String> waiting;
    private final List<String> cacheUse;

    BackendKind(String path, List<String> running, List<String> waiting, List<String> cacheUse) {
        this.path = path;
        this.running = running;
        this.waiting = waiting;
        this.cacheUse = cacheUse;
    }

    /** Where the figures are, below the backend's base address. */
    public String path() {
        return path;
    }

    /**
     * What an answer says.
     *
     * @throws IOException if none of the figures of this kind is in it: probably it is another kind
     */
    public BackendReading read(String answer) throws IOException {
        if (running.isEmpty()) {
            return BackendReading.ALIVE;
        }
        MetricsText metrics = MetricsText.of(answer);
        OptionalDouble runs = first(running, metrics);
        OptionalDouble waits = first(waiting, metrics);
        if (runs.isEmpty() && waits.isEmpty()) {
            throw new IOException("no " + running.get(0) + " in the answer of " + path + " (expected: a " + name()
                    + " server with its metrics switched on)");
        }
        return new BackendReading(count(runs), count(waits), share(first(cacheUse, metrics)));
    }

    private static OptionalDouble first(List<String> names, MetricsText metrics) {
        for (String name : names) {
            OptionalDouble value = metrics.sum(name);
            if (value.isPresent()) {
                return value;
            }
        }
        return OptionalDouble.empty();
    }

    private static OptionalInt count(OptionalDouble value) {
        if (value.isEmpty() || !(value.getAsDouble() >= 0)) {
            return OptionalInt.empty();
        }
        return OptionalInt.of((int) Math.min(Integer.MAX_VALUE, Math.round(value.getAsDouble())));
    }

    private static OptionalDouble share(OptionalDouble value) {
        if (value.isEmpty() || !(value.getAsDouble() >= 0)) {
            return OptionalDouble.empty();
        }
        return OptionalDouble.of(Math.min(1, value.getAsDouble()));
    }
}
