// SPDX-License-Identifier: Apache-2.0
package io.anteroom.tracing;

import io.anteroom.admission.Refusal;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueListener;
import io.anteroom.event.Trace;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanBuilder;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The spans of one request. Safe from any thread. */
final class TracedRequest implements QueueListener, Trace {
    private final Tracer tracer;
    private final TextMapPropagator propagator;
    private final Context context;
    private final Span request;
    private @Nullable Span wait;
    private @Nullable Span run;
    private Context latest;

    TracedRequest(Tracer tracer, TextMapPropagator propagator, Context context) {
        this.tracer = tracer;
        this.propagator = propagator;
        this.context = context;
        this.request = Span.fromContext(context);
        this.latest = context;
    }

    @Override
    public String traceId() {
        return request.getSpanContext().getTraceId();
    }

    @Override
    public Map<String, String> headers() {
        Map<String, String> headers = new HashMap<>();
        Context now;
        synchronized (this) {
            now = latest;
        }
        propagator.inject(now, headers, (carrier, key, value) -> {
            if (carrier != null) {
                carrier.put(key, value);
            }
        });
        return headers;
    }

    @Override
    public synchronized void on(QueueEvent event) {
        switch (event.kind()) {
            case QUEUED -> queued(event);
            case ADMITTED -> admitted(event);
            case RELEASED -> {
                if (run != null) {
                    run.end();
                }
                end("released", null);
            }
            case REFUSED, SHED, EXPIRED -> {
                endWait(event);
                end(lower(event.kind()), event.refusal());
            }
            case ABANDONED, KEPT -> {
                endWait(event);
                end(lower(event.kind()), null);
            }
            case GIVEN_UP, FELL_BACK -> {}
        }
    }

    private void queued(QueueEvent event) {
        wait = tracer.spanBuilder("anteroom.wait")
                .setParent(context)
                .setAttribute("anteroom.pool", event.pool())
                .setAttribute("anteroom.level", lower(event.priority()))
                .setAttribute("anteroom.position", event.position())
                .startSpan();
    }

    private void admitted(QueueEvent event) {
        endWait(event);
        SpanBuilder running = tracer.spanBuilder("anteroom.run")
                .setParent(context)
                .setAttribute("anteroom.pool", event.pool())
                .setAttribute("anteroom.level", lower(event.priority()));
        Span waited = wait;
        if (waited != null) {
            running.addLink(waited.getSpanContext());
        }
        Span started = running.startSpan();
        run = started;
        latest = context.with(started);
        request.setAttribute("anteroom.level", lower(event.priority()));
        request.setAttribute("anteroom.waited_ms", event.waited().toMillis());
    }

    private void endWait(QueueEvent event) {
        if (wait != null) {
            wait.setAttribute("anteroom.outcome", lower(event.kind()));
            wait.end();
        }
    }

    private void end(String outcome, Refusal.@Nullable Code code) {
        request.setAttribute("anteroom.outcome", outcome);
        if (code != null) {
            request.setAttribute("error.type", lower(code));
            request.setStatus(StatusCode.ERROR, lower(code));
        }
        request.end();
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
