// SPDX-License-Identifier: Apache-2.0
package io.anteroom.tracing;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Caller;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.event.Arriving;
import io.anteroom.event.Events;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueEvent.Kind;
import io.anteroom.event.QueueListener;
import io.anteroom.event.Trace;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.Scope;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.testing.exporter.InMemorySpanExporter;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.data.StatusData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class RequestTracingTest {
    private static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
    private static final String PARENT = "00-" + TRACE + "-b7ad6b7169203331-01";

    private final InMemorySpanExporter exported = InMemorySpanExporter.create();
    private final OpenTelemetrySdk sdk = OpenTelemetrySdk.builder()
            .setTracerProvider(SdkTracerProvider.builder()
                    .addSpanProcessor(SimpleSpanProcessor.create(exported))
                    .build())
            .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
            .build();
    private final Events events = new Events();
    private final Map<String, Object> attributes = new HashMap<>();

    RequestTracingTest() {
        events.subscribe(new RequestTracing(sdk));
    }

    @AfterEach
    void close() {
        sdk.close();
    }

    private QueueListener arrives(@Nullable String traceparent) {
        QueueListener follower = events.arrives(new Arriving() {
            @Override
            public String requestId() {
                return "r1";
            }

            @Override
            public String pool() {
                return "llm";
            }

            @Override
            public @Nullable String header(String name) {
                return name.equals("traceparent") ? traceparent : name.equals("tracestate") ? "a=b" : null;
            }

            @Override
            public void attribute(String name, Object value) {
                attributes.put(name, value);
            }
        });
        assertThat(follower).isNotNull();
        return follower;
    }

    private Trace trace() {
        return (Trace) attributes.get(Trace.ATTRIBUTE);
    }

    private static QueueEvent event(Kind kind, Refusal.@Nullable Code code) {
        return new QueueEvent(
                kind,
                "r1",
                "llm",
                Caller.of("key-1", "10.0.0.1"),
                Priority.HIGH,
                null,
                Duration.ofMillis(1500),
                2,
                Duration.ZERO,
                code);
    }

    private SpanData span(String name) {
        return exported.getFinishedSpanItems().stream()
                .filter(span -> span.getName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void admittedAfterWait_threeSpansOfTheClientsTrace() {
        QueueListener request = arrives(PARENT);
        request.on(event(Kind.QUEUED, null));
        String waiting = trace().headers().get("traceparent");
        request.on(event(Kind.ADMITTED, null));
        Map<String, String> told = trace().headers();
        request.on(event(Kind.RELEASED, null));

        assertThat(exported.getFinishedSpanItems())
                .hasSize(3)
                .allMatch(span -> span.getTraceId().equals(TRACE));
        SpanData whole = span("anteroom.request");
        assertThat(whole.getParentSpanId()).isEqualTo("b7ad6b7169203331");
        assertThat(whole.getKind()).isEqualTo(SpanKind.SERVER);
        assertThat(whole.getAttributes().get(AttributeKey.longKey("anteroom.waited_ms")))
                .isEqualTo(1500);
        assertThat(span("anteroom.wait").getParentSpanId()).isEqualTo(whole.getSpanId());
        assertThat(span("anteroom.run").getParentSpanId()).isEqualTo(whole.getSpanId());
        assertThat(span("anteroom.run").getLinks())
                .singleElement()
                .matches(link -> link.getSpanContext()
                        .getSpanId()
                        .equals(span("anteroom.wait").getSpanId()));
        assertThat(told)
                .containsEntry(
                        "traceparent",
                        "00-" + TRACE + "-" + span("anteroom.run").getSpanId() + "-01")
                .containsEntry("tracestate", "a=b");
        assertThat(waiting).isNotEqualTo(told.get("traceparent"));
        assertThat(trace().traceId()).isEqualTo(TRACE);
    }

    @Test
    void admittedAtOnce_withoutATrace_beginsOne() {
        QueueListener request = arrives(null);
        request.on(event(Kind.ADMITTED, null));
        request.on(event(Kind.RELEASED, null));

        assertThat(exported.getFinishedSpanItems()).hasSize(2);
        assertThat(span("anteroom.request").getParentSpanContext().isValid()).isFalse();
        assertThat(span("anteroom.run").getLinks()).isEmpty();
        assertThat(trace().traceId()).matches("[0-9a-f]{32}");
    }

    @Test
    void expired_isAnErrorWithItsCode() {
        QueueListener request = arrives(PARENT);
        request.on(event(Kind.QUEUED, null));
        request.on(event(Kind.EXPIRED, Refusal.Code.WAIT_TIMEOUT));

        assertThat(span("anteroom.request").getStatus().getStatusCode())
                .isEqualTo(StatusData.error().getStatusCode());
        assertThat(span("anteroom.request").getAttributes().get(AttributeKey.stringKey("error.type")))
                .isEqualTo("wait_timeout");
        assertThat(span("anteroom.wait").getAttributes().get(AttributeKey.stringKey("anteroom.outcome")))
                .isEqualTo("expired");
    }

    @Test
    void insideOfASpan_goesOnWithThatOne() {
        Span outer = sdk.getTracer("host").spanBuilder("outer").startSpan();
        try (Scope current = outer.makeCurrent()) {
            assertThat(current).isNotNull();
            arrives(PARENT).on(event(Kind.ABANDONED, null));
        }

        assertThat(span("anteroom.request").getParentSpanId())
                .isEqualTo(outer.getSpanContext().getSpanId());
        assertThat(span("anteroom.request").getKind()).isEqualTo(SpanKind.INTERNAL);
        assertThat(span("anteroom.request").getStatus()).isEqualTo(StatusData.unset());
    }

    @Test
    void malformedTraceparent_beginsATraceOfItsOwn() {
        arrives("00-zzz").on(event(Kind.REFUSED, Refusal.Code.QUEUE_FULL));

        assertThat(span("anteroom.request").getParentSpanContext().isValid()).isFalse();
    }
}
