// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.event.Events;
import io.anteroom.event.Events.Subscription;
import io.anteroom.tracing.RequestTracing;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.propagation.W3CTraceContextPropagator;
import io.opentelemetry.context.propagation.ContextPropagators;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.resources.Resource;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.export.BatchSpanProcessor;
import io.opentelemetry.sdk.trace.samplers.Sampler;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Sends the spans of the gateway's requests to where its configuration says, from a thread of its own. */
final class Tracing implements AutoCloseable {
    private static final Duration EXPORT_WITHIN = Duration.ofSeconds(5);
    private static final Duration EXPORT_EVERY = Duration.ofSeconds(2);
    private static final int MOST_WAITING = 10_000;
    private static final long LAST_EXPORT_SECONDS = 2;

    private final OpenTelemetrySdk sdk;
    private final Subscription subscription;

    Tracing(io.anteroom.gateway.config.OperatorConfig.Tracing settings, Events events) {
        OtlpHttpSpanExporter exporter = OtlpHttpSpanExporter.builder()
                .setEndpoint(settings.endpoint().toString())
                .setTimeout(EXPORT_WITHIN)
                .build();
        Attributes service = Attributes.of(AttributeKey.stringKey("service.name"), settings.service());
        sdk = OpenTelemetrySdk.builder()
                .setTracerProvider(SdkTracerProvider.builder()
                        .setResource(Resource.getDefault().merge(Resource.create(service)))
                        .setSampler(Sampler.parentBased(Sampler.traceIdRatioBased(settings.sample())))
                        .addSpanProcessor(BatchSpanProcessor.builder(exporter)
                                .setScheduleDelay(EXPORT_EVERY)
                                .setMaxQueueSize(MOST_WAITING)
                                .setExporterTimeout(EXPORT_WITHIN)
                                .build())
                        .build())
                .setPropagators(ContextPropagators.create(W3CTraceContextPropagator.getInstance()))
                .build();
        subscription = events.subscribe(new RequestTracing(sdk));
    }

    /** Sends what there is, and ends. */
    @Override
    public void close() {
        subscription.close();
        var unused = sdk.shutdown().join(LAST_EXPORT_SECONDS, TimeUnit.SECONDS);
    }
}
