// SPDX-License-Identifier: Apache-2.0
package io.anteroom.tracing;

import io.anteroom.event.Arriving;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueListener;
import io.anteroom.event.Trace;
import io.opentelemetry.api.OpenTelemetry;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.context.propagation.TextMapGetter;
import io.opentelemetry.context.propagation.TextMapPropagator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Makes spans of what happens to each request: one for the request, with one for its wait and one for the time in which
 * it holds its slot; the latter is linked to the wait. They go on with the span that the thread has, else with the
 * trace that the request's header fields name, else they begin one. Subscribe it to the events. Safe from any thread.
 */
public final class RequestTracing implements QueueListener {
    private static final TextMapGetter<Arriving> HEADERS = new TextMapGetter<>() {
        @Override
        public Iterable<String> keys(Arriving request) {
            return List.of("traceparent", "tracestate");
        }

        @Override
        public @Nullable String get(@Nullable Arriving request, String key) {
            return request == null ? null : request.header(key);
        }
    };

    private final Tracer tracer;
    private final TextMapPropagator propagator;

    /** Spans of this tracing. */
    public RequestTracing(OpenTelemetry openTelemetry) {
        this.tracer = openTelemetry.getTracer("io.anteroom");
        this.propagator = openTelemetry.getPropagators().getTextMapPropagator();
    }

    @Override
    public void on(QueueEvent event) {
        // Each request is followed on its own.
    }

    @Override
    public QueueListener arrives(Arriving request) {
        Context here = Context.current();
        boolean isInside = Span.fromContext(here).getSpanContext().isValid();
        Context parent = isInside ? here : propagator.extract(here, request, HEADERS);
        Span span = tracer.spanBuilder("anteroom.request")
                .setParent(parent)
                .setSpanKind(isInside ? SpanKind.INTERNAL : SpanKind.SERVER)
                .setAttribute("anteroom.request.id", request.requestId())
                .setAttribute("anteroom.pool", request.pool())
                .startSpan();
        TracedRequest traced = new TracedRequest(tracer, propagator, parent.with(span));
        request.attribute(Trace.ATTRIBUTE, traced);
        return traced;
    }
}
