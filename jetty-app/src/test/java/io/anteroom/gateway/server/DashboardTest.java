// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.event.Notice;
import io.anteroom.event.QueueEvent;
import io.anteroom.event.QueueEvent.Kind;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.OperatorConfig.AdminListen;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds the dashboard, the alert rules and the list of meters to what a gateway really serves. */
final class DashboardTest {
    private static final Path DOCS = Path.of("../docs");
    private static final Pattern METRIC = Pattern.compile("\\b(?:anteroom|jvm)_[a-z0-9_]+");
    private static final Pattern GROUPING = Pattern.compile("\\b(?:by|on) \\(([a-z_, ]+)\\)");
    /** What Prometheus itself adds. */
    private static final Set<String> TARGET_LABELS = Set.of("instance", "job", "le");

    private static String scrape;
    private static final Set<String> NAMES = new TreeSet<>();

    @BeforeAll
    static void scrapeOneThatHasSeenEverything(@TempDir Path folder) throws Exception {
        GatewayConfig config = new ConfigReader(Map.<String, String>of()::get)
                .parse("upstream: {url: 'http://127.0.0.1:1'}\nlisten: {port: 0}\nlog: {access: false}\n"
                        + "pools: {llm: {slots: 8, backend: {kind: vllm, every: 250ms}}}\n"
                        + "storage: {dir: '" + folder + "'}\n"
                        + "webhooks: {endpoints: {ops: {url: 'https://hooks.test/', events: [node.joined]}}}");
        GatewayConfig open = config.withOperator(config.operator().withAdmin(AdminListen.USUAL.withPort(0)));
        try (Gateway gateway = Gateway.start(open)) {
            for (Kind kind : Kind.values()) {
                gateway.events().on(event(kind));
            }
            gateway.events().on(new Notice(Notice.QUEUE_FULL, "llm", Map.of()));
            URI metrics = URI.create(gateway.adminUri().orElseThrow() + "/metrics");
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            do {
                // The meter of pauses appears with the first of them.
                System.gc();
                scrape = HttpClient.newHttpClient()
                        .send(HttpRequest.newBuilder(metrics).build(), BodyHandlers.ofString())
                        .body();
            } while (!(scrape.contains("jvm_gc_pause_seconds_sum") && scrape.contains("anteroom_webhook_waiting"))
                    && System.nanoTime() - deadline < 0);
        }
        scrape.lines().filter(line -> !line.startsWith("#")).forEach(line -> NAMES.add(line.replaceAll("[{ ].*", "")));
    }

    @AfterAll
    static void forget() {
        NAMES.clear();
    }

    private static QueueEvent event(Kind kind) {
        return new QueueEvent(
                kind,
                "id",
                "llm",
                Caller.of("key-1", "10.0.0.1"),
                Priority.NORMAL,
                null,
                Duration.ofSeconds(1),
                1,
                Duration.ofSeconds(1),
                Refusal.Code.QUEUE_FULL);
    }

    private static Set<String> metrics(String text) {
        Set<String> found = new TreeSet<>();
        Matcher matcher = METRIC.matcher(text);
        while (matcher.find()) {
            found.add(matcher.group());
        }
        return found;
    }

    private static void assertServed(String expression) {
        assertThat(NAMES).as(expression).containsAll(metrics(expression));
        Matcher grouping = GROUPING.matcher(expression);
        while (grouping.find()) {
            for (String label : grouping.group(1).split(", ?")) {
                assertThat(TARGET_LABELS.contains(label) || scrape.contains(label + "=\""))
                        .as("label %s of %s", label, expression)
                        .isTrue();
            }
        }
    }

    @Test
    void dashboard_everyMetricAndLabel_isServed() throws Exception {
        JsonNode dashboard = new ObjectMapper()
                .readTree(DOCS.resolve("grafana/anteroom.json").toFile());
        List<String> expressions = dashboard.findValuesAsText("expr");

        assertThat(expressions).hasSizeGreaterThan(20);
        expressions.forEach(DashboardTest::assertServed);
        Set<Integer> ids = new TreeSet<>();
        for (JsonNode panel : dashboard.get("panels")) {
            assertThat(ids.add(panel.get("id").asInt())).isTrue();
            assertThat(panel.get("description").asText()).isNotBlank();
            JsonNode place = panel.get("gridPos");
            assertThat(place.get("x").asInt() + place.get("w").asInt()).isLessThanOrEqualTo(24);
        }
    }

    @Test
    void alerts_everyMetricAndLabel_isServed() throws Exception {
        JsonNode rules = new ObjectMapper(new YAMLFactory())
                .readTree(DOCS.resolve("grafana/alerts.yaml").toFile())
                .at("/groups/0/rules");

        assertThat(rules).hasSizeGreaterThan(5);
        for (JsonNode rule : rules) {
            assertServed(rule.get("expr").asText());
            assertThat(rule.get("alert").asText()).startsWith("Anteroom");
            assertThat(rule.at("/annotations/summary").asText()).isNotBlank();
            assertThat(rule.at("/labels/severity").asText()).isIn("critical", "warning");
        }
    }

    @Test
    void listOfMeters_isComplete_andNothingIsMadeUp() throws Exception {
        String text = Files.readString(DOCS.resolve("observability.md"));
        Set<String> ours = new TreeSet<>();
        NAMES.stream()
                .filter(name -> name.startsWith("anteroom_"))
                .map(name -> name.replaceAll("(_seconds)_(bucket|sum|count|max)$", "$1"))
                .forEach(ours::add);

        assertThat(metrics(text)).containsAll(ours);
        Set<String> madeUp = metrics(text);
        madeUp.removeAll(ours);
        madeUp.removeAll(NAMES);
        assertThat(madeUp).isEmpty();
    }
}
