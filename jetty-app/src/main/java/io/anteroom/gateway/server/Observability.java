// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.Anteroom;
import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.analytics.AnalyticsBuilder;
import io.anteroom.admin.store.Database;
import io.anteroom.admin.store.JdbcAnalyticsStore;
import io.anteroom.admin.webhook.WebhookFigures;
import io.anteroom.admin.webhook.Webhooks;
import io.anteroom.event.Events;
import io.anteroom.event.Events.Subscription;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.OperatorConfig.Telemetry;
import io.anteroom.gateway.upstream.UpstreamView;
import io.anteroom.metrics.AnteroomMetrics;
import io.anteroom.servlet.Identity;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.settings.SettingsDesk;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import jakarta.servlet.Servlet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What the gateway tells of itself: meters, and how its queues fared. Nothing of it is on the way of a request. */
final class Observability implements AutoCloseable {
    private static final String OUTCOME = "outcome";
    private static final List<String> STATES =
            List.of("up", "starting", "probing", "open", "down", "draining", "drained");

    private final Analytics analytics;
    private final Subscription subscription;
    private final Telemetry telemetry;
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final JvmGcMetrics collections = new JvmGcMetrics();
    private final AnteroomMetrics meters;
    private final List<RowMeters<?>> rows = new ArrayList<>();

    Observability(
            GatewayConfig config, Anteroom anteroom, Events events, SettingsDesk desk, @Nullable Database database) {
        telemetry = config.operator().telemetry();
        AnalyticsBuilder builder = Analytics.builder()
                .pools(() -> anteroom.pools().all())
                .retention(() -> desk.current().settings().retention().analytics())
                .names(flow -> callerName(anteroom, flow))
                .node(config.operator().node());
        analytics = (database == null ? builder : builder.store(new JdbcAnalyticsStore(database))).start();
        subscription = events.subscribe(analytics);
        meters = AnteroomMetrics.bind(anteroom, events, registry);
        jvm();
        own(desk);
    }

    /** The name of a caller that is known, or null. */
    static @Nullable String callerName(Anteroom anteroom, String flow) {
        return flow.startsWith("key-")
                ? anteroom.parts()
                        .callers()
                        .find(new Identity(flow))
                        .map(KnownCaller::name)
                        .orElse(null)
                : null;
    }

    private void jvm() {
        new ClassLoaderMetrics().bindTo(registry);
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        collections.bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
    }

    private void own(SettingsDesk desk) {
        Gauge.builder("anteroom.settings.revision", () -> desk.current().number())
                .description("The revision of the settings that is in force")
                .register(registry);
        trouble("settings", () -> desk.trouble() != null);
        trouble("analytics", () -> analytics.trouble() != null);
        FunctionCounter.builder("anteroom.analytics.lost", analytics, Analytics::lostMinutes)
                .description("Minutes of pools that could not be stored in time and are lost")
                .register(registry);
    }

    private void trouble(String part, BooleanSupplier isInTrouble) {
        Gauge.builder("anteroom.storage.trouble", () -> isInTrouble.getAsBoolean() ? 1 : 0)
                .description("1 while this part cannot read or write what it keeps")
                .tag("part", part)
                .register(registry);
    }

    /** Tells of the backends, too. */
    void upstreams(Supplier<List<UpstreamView>> views) {
        RowMeters<UpstreamView> each = new RowMeters<>(
                registry,
                () -> views.get().stream()
                        .collect(Collectors.toMap(
                                view -> Tags.of("group", view.group(), "upstream", view.name()),
                                view -> view,
                                (one, other) -> one)));
        for (String state : STATES) {
            each.gauge(
                    "anteroom.upstream.state",
                    "1 for the state that the backend is in",
                    view -> view.state().equals(state) ? 1 : 0,
                    "state",
                    state);
        }
        String requests = "Requests that the backend has answered, and failed";
        rows.add(each.gauge("anteroom.upstream.running", "How many requests are there now", UpstreamView::inFlight)
                .counter("anteroom.upstream.requests", requests, UpstreamView::answered, OUTCOME, "answered")
                .counter("anteroom.upstream.requests", requests, UpstreamView::failed, OUTCOME, "failed"));
    }

    /** Tells of the webhooks, too, as soon as they are sent. */
    void webhooks(Supplier<Optional<Webhooks>> sending) {
        RowMeters<WebhookFigures> each = new RowMeters<>(
                registry,
                () -> sending.get().map(Webhooks::figures).orElse(Map.of()).entrySet().stream()
                        .collect(Collectors.toMap(row -> Tags.of("webhook", row.getKey()), Map.Entry::getValue)));
        String attempts = "Attempts to deliver to the webhook";
        rows.add(each.gauge("anteroom.webhook.waiting", "Deliveries that wait", WebhookFigures::waiting)
                .gauge(
                        "anteroom.webhook.off",
                        "1 while the webhook is switched off for failing",
                        figures -> figures.isOff() ? 1 : 0)
                .counter("anteroom.webhook.attempts", attempts, WebhookFigures::delivered, OUTCOME, "delivered")
                .counter("anteroom.webhook.attempts", attempts, WebhookFigures::failed, OUTCOME, "failed"));
        trouble("webhooks", () -> sending.get().map(Webhooks::trouble).isPresent());
        FunctionCounter.builder(
                        "anteroom.webhook.dropped",
                        sending,
                        its -> its.get().map(Webhooks::dropped).orElse(0L))
                .description("Notices that were dropped, as they could not be stored in time")
                .register(registry);
    }

    /** How the queues fared. */
    Analytics analytics() {
        return analytics;
    }

    /** The meters; more can be added. */
    PrometheusMeterRegistry registry() {
        return registry;
    }

    /** What operators reach, by path. */
    Map<String, Servlet> servlets() {
        return telemetry.metrics()
                ? Map.of("/metrics", new MetricsServlet(this::scrape, telemetry.metricsToken()))
                : Map.of();
    }

    private String scrape(String contentType) {
        meters.refresh();
        rows.forEach(RowMeters::refresh);
        return registry.scrape(contentType);
    }

    @Override
    public void close() {
        subscription.close();
        analytics.close();
        meters.close();
        collections.close();
        registry.close();
    }
}
