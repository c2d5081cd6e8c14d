// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.rate.Budget;
import io.anteroom.rate.CalendarPeriod;
import io.anteroom.rate.Limit;
import io.anteroom.rate.RateSettings;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Callers;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SettingsTextTest {
    private static final String SMALLEST = "{\"pools\": {\"llm\": {\"slots\": 8}}}";
    private static final Settings SMALL = SettingsText.read(SMALLEST);

    @Test
    void read_smallest_hasTheUsualValues() {
        Settings settings = SettingsText.read(SMALLEST);

        assertThat(settings.pools()).isEqualTo(Map.of("llm", PoolSettings.ofSlots(8)));
        assertThat(settings.callers()).isEqualTo(Callers.Snapshot.of(CallerPolicy.DEFAULT));
        assertThat(settings.limits()).isEqualTo(RateSettings.NONE);
        assertThat(settings.retention()).isEqualTo(Retention.DEFAULT);
        assertThat(settings.routes()).isEmpty();
    }

    @Test
    void read_whatWasWritten_isEqual() {
        for (long seed = 0; seed < 300; seed++) {
            Settings settings = RandomSettings.of(generator(seed));

            assertThat(SettingsText.read(SettingsText.write(settings)))
                    .as("seed %d", seed)
                    .isEqualTo(settings);
            SettingsText.check(settings);
        }
    }

    static RandomGenerator generator(long seed) {
        return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    }

    @Test
    void read_manyMistakes_tellsAll() {
        String json = """
                {
                  "pools": {
                    "llm": {"slots": "eight", "max_wating": 5, "order": "fair",
                            "levels": {"high": {"weight": 0, "longest_wait_ms": 1.5}}},
                    "GPU": {"slots": 1}
                  },
                  "routes": {"v1": "llm"},
                  "limits": {"rpm": {"unit": "requests", "amount": 0, "per_ms": 60000}},
                  "retention": {"revisions": 0},
                  "extra": null
                }""";

        SettingsException e = catchThrowableOfType(SettingsException.class, () -> SettingsText.read(json));

        assertThat(e.problems().stream().map(SettingsProblem::toString))
                .containsExactlyInAnyOrder(
                        "pools.llm.slots: \"eight\" (expected: a whole number from 0 to 1000000)",
                        "pools.llm.max_wating: unknown key (expected: did you mean max_waiting?)",
                        "pools.llm.order: \"fair\" (expected: one of weighted, strict, flat, fifo)",
                        "pools.llm.levels.high.weight: 0 (expected: a whole number from 1 to 1000)",
                        "pools.llm.levels.high.longest_wait_ms: 1.5" + " (expected: a whole number from 0 to 86400000)",
                        "pools.GPU: unknown name"
                                + " (expected: a name of at most 64 of a-z, 0-9, dot, dash and underscore)",
                        "routes.v1: unknown name (expected: a path as /v1/chat, /v1/* or *)",
                        "limits.rpm.amount: 0 (expected: a whole number of at least 1)",
                        "retention.revisions: 0 (expected: a whole number from 1 to 10000)",
                        "extra: unknown key (expected: one of format, pools, routes, models, callers, groups, others,"
                                + " limits, budgets, prices, usual_output, on_store_failure, retention, watch, webhooks)");
    }

    @Test
    void read_namesThatLeadNowhere_tellsAll() {
        String hash = "a".repeat(64);
        String json = """
                {
                  "pools": {"llm": {"slots": 1}},
                  "routes": {"/v1/*": "lm"},
                  "models": {"gpt*": "gpu"},
                  "callers": {
                    "one": {"key_sha256": "%s"},
                    "two": {"key_sha256": "%s", "group": "staff"}
                  },
                  "format": 1
                }""".formatted(hash, hash);

        SettingsException e = catchThrowableOfType(SettingsException.class, () -> SettingsText.read(json));

        assertThat(e.problems().stream().map(SettingsProblem::toString))
                .containsExactly(
                        "routes./v1/*: lm (expected: one of llm)",
                        "models.gpt*: gpu (expected: one of llm)",
                        "callers.two.key_sha256: that of one (expected: each key once)",
                        "callers.two.group: staff (expected: null, as there are no groups)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a\\tb"})
    void read_callerOfAnImpossibleName_isToldLikeEverythingElse(String name) {
        String json = "{\"pools\": {\"llm\": {\"slots\": 1}}, \"callers\": {\"" + name + "\": {\"key_sha256\": \""
                + "a".repeat(64) + "\"}}}";

        SettingsException e = catchThrowableOfType(SettingsException.class, () -> SettingsText.read(json));

        assertThat(e.problems()).hasSize(1);
        assertThat(e.problems().get(0).value()).isEqualTo("unknown name");
    }

    @Test
    void read_tooLongAText_saysWhich() {
        String json = "{\"pools\": {\"llm\": {\"slots\": 1, \"order\": \"" + "x".repeat(5000) + "\"}}}";

        SettingsException e = catchThrowableOfType(SettingsException.class, () -> SettingsText.read(json));

        assertThat(e.problems()).hasSize(1);
        assertThat(e.problems().get(0).path()).isEqualTo("pools.llm.order");
        assertThat(e.problems().get(0).expected()).contains("4096").doesNotContain("Constraints");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "'' | nothing",
                "[1] | a list",
                "{} | missing",
                "{\"pools\": {}} | none",
                "{\"pools\": {\"a\": {\"slots\": 1}}} x | line 1",
                "{\"pools\": {}, \"pools\": {}} | line 1",
                "{\"pools\": {\"a\": {\"slots\": 1e999999999}}} | 1E+999999999",
                "{\"pools\": {\"a\": {\"slots\": 99999999999999999999}}} | 99999999999999999999",
                "{\"format\": 2, \"pools\": {\"a\": {\"slots\": 1}}} | 2",
            })
    void read_unusable_saysWhatWasFound(String json, String found) {
        SettingsException e = catchThrowableOfType(SettingsException.class, () -> SettingsText.read(json));

        assertThat(e.problems()).hasSize(1);
        assertThat(e.problems().get(0).value()).startsWith(found);
    }

    @ParameterizedTest
    @ValueSource(strings = {"[", "{\"a\":"})
    void read_deep_isRefused(String opening) {
        assertThatThrownBy(() -> SettingsText.read(opening.repeat(100_000)))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("depth");
    }

    @Test
    void read_large_isRefused() {
        String json = SMALLEST + " ".repeat(9 << 20);

        assertThatThrownBy(() -> SettingsText.read(json))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("characters (expected: at most 8388608)");
    }

    @Test
    void read_hostileTexts_areToldShortAndOnOneLine() {
        String json =
                "{\"pools\": {\"" + "x\\r\\n".repeat(900) + "\": {\"slots\": \"" + "\\u001b".repeat(900) + "\"}}}";

        SettingsException e = catchThrowableOfType(SettingsException.class, () -> SettingsText.read(json));

        assertThat(e.problems())
                .hasSize(2)
                .allSatisfy(problem ->
                        assertThat(problem.toString()).hasSizeLessThan(700).doesNotContainPattern("\\p{Cntrl}"));
    }

    @Test
    void read_wholeNumberWithAPoint_isWhole() {
        assertThat(SettingsText.read("{\"pools\": {\"llm\": {\"slots\": 8.0}}}"))
                .isEqualTo(SMALL);
    }

    @Test
    void read_highestBelowPriority_isRefused() {
        String json = "{\"pools\": {\"a\": {\"slots\": 1}}, \"groups\": {\"g\": {\"priority\": \"high\","
                + " \"highest_priority\": \"low\"}}}";

        assertThatThrownBy(() -> SettingsText.read(json))
                .hasMessage("groups.g.highest_priority: low (expected: at least the priority, high)");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"url\": \"https://a.example\", \"pools\": [\"gpu\"]} | webhooks.a.pools: gpu (expected: one of llm)",
                "{\"url\": \"ftp://a.example\"} | webhooks.a.url: \"ftp://a.example\" (expected: an address as",
                "{\"url\": \"https://\"} | webhooks.a.url: \"https://\" (expected: an address as",
                "{\"url\": \"https://me:pw@a.example\"} | webhooks.a.url: with user or password (expected: none",
                "{\"url\": \"https://a.example/#x\"} | webhooks.a.url: https://a.example/#x (expected: no #fragment",
                "{\"url\": \"https://a.example:70000\"} | webhooks.a.url: https://a.example:70000 (expected: a port",
                "{\"url\": \"https://a.example\", \"events\": []} | webhooks.a.events: none (expected: at least 1)",
                "{\"url\": \"https://a.example\", \"events\": [\"queue.fall\"]} | webhooks.a.events: queue.fall (expected: *",
                "{\"url\": \"https://a.example\", \"format\": \"xml\"} | webhooks.a.format: \"xml\" (expected: one of",
            })
    void read_wrongWebhook_isRefused(String webhook, String problem) {
        String json = "{\"pools\": {\"llm\": {\"slots\": 1}}, \"webhooks\": {\"a\": " + webhook + "}}";

        SettingsException e = catchThrowableOfType(SettingsException.class, () -> SettingsText.read(json));

        assertThat(e.problems()).hasSize(1);
        assertThat(e.problems().get(0).toString()).startsWith(problem);
    }

    @Test
    void withoutPool_webhookOfThatPoolAlone_goesWithIt() {
        Settings settings =
                SettingsText.read("{\"pools\": {\"llm\": {\"slots\": 1}, \"gpu\": {\"slots\": 1}}, \"webhooks\":"
                        + " {\"all\": {\"url\": \"https://a.example\"},"
                        + " \"one\": {\"url\": \"https://a.example\", \"pools\": [\"gpu\"]},"
                        + " \"two\": {\"url\": \"https://a.example\", \"pools\": [\"gpu\", \"llm\"]}}}");

        Settings fewer = settings.withoutPool("gpu");

        assertThat(fewer.notices().webhooks()).containsOnlyKeys("all", "two");
        assertThat(fewer.notices().webhooks().get("two").pools()).containsExactly("llm");
    }

    @Test
    void read_onlyKnown_keepsOthersOut() {
        Settings settings =
                SettingsText.read("{\"pools\": {\"a\": {\"slots\": 1}}, \"others\": {\"only_known\": true}}");

        assertThat(settings.callers().others()).isEqualTo(CallerPolicy.NOBODY);
    }

    @Test
    void read_burstLeftOut_isTheAmount() {
        Settings settings = SettingsText.read("{\"pools\": {\"a\": {\"slots\": 1}}, \"limits\": {\"rpm\":"
                + " {\"unit\": \"requests\", \"amount\": 60, \"per_ms\": 60000}}}");

        assertThat(settings.limits().limits()).containsExactly(Limit.requests("rpm", 60, Duration.ofMinutes(1)));
    }

    @Test
    void check_finerThanMilliseconds_isRefused() {
        LevelSettings fine = new LevelSettings(1, Duration.ofNanos(1_500_000), 5, 0);
        Settings settings = Settings.of("llm", PoolSettings.ofSlots(1).withLevel(Priority.LOW, fine));

        assertThatThrownBy(() -> SettingsText.check(settings))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("whole milliseconds");
    }

    @Test
    void settings_notFittingTogether_cannotBeMade() {
        assertThatThrownBy(() -> Settings.of("llm", PoolSettings.ofSlots(1)).withRoute("/x", "gpu"))
                .isInstanceOf(SettingsException.class)
                .hasMessage("routes./x: gpu (expected: one of llm)");
    }

    @Test
    void difference_editedEverywhere_namesEachLeaf() {
        String hash = "0123456789abcdef".repeat(4);
        Settings before = SMALL.withRoute("/v1/*", "llm")
                .withLimits(RateSettings.NONE.withBudgets(Budget.tokens("t", 5, CalendarPeriod.DAY)));
        Settings after = SettingsText.read("{\"pools\": {\"llm\": {\"slots\": 16, \"per_key\": {\"max_running\": 2}},"
                + " \"gpu\": {\"slots\": 1}}, \"callers\": {\"bot\": {\"key_sha256\": \"" + hash + "\"}}}");

        List<String> changes = SettingsText.difference(before, after).stream()
                .map(Change::toString)
                .toList();

        assertThat(changes)
                .contains(
                        "pools.llm.slots: 8 → 16",
                        "pools.llm.per_key.max_running: null → 2",
                        "routes./v1/*: \"llm\" → none",
                        "budgets.t.amount: 5 → none",
                        "pools.gpu.slots: none → 1",
                        "callers.bot.key_sha256: none → \"01234567…\"");
        assertThat(String.join("\n", changes)).doesNotContain(hash);
        assertThat(SettingsText.difference(after, after)).isEmpty();
    }

    @Test
    void difference_addressesOfWebhooks_areToldToTheHost() {
        String document = "{\"pools\": {\"llm\": {\"slots\": 8}}, \"webhooks\": {\"a.b\": {\"url\":"
                + " \"https://example.com/hook?token=%s\"}}}";
        Settings before = SettingsText.read(document.formatted("one"));
        Settings after = SettingsText.read(document.formatted("two"));

        assertThat(SettingsText.difference(before, after))
                .containsExactly(
                        new Change("webhooks.a.b.url", "\"https://example.com/…\"", "\"https://example.com/…\""));
    }

    @Test
    void schema_resource_isTheCodes() throws IOException {
        String schema = SettingsText.schema();
        Path made = Path.of("target", "settings.schema.json");
        Files.writeString(made, schema);

        try (InputStream resource = SettingsText.class.getResourceAsStream(SettingsText.SCHEMA_RESOURCE)) {
            String published = new String(Objects.requireNonNull(resource).readAllBytes(), StandardCharsets.UTF_8);
            assertThat(published)
                    .as("copy %s over the resource if the change is meant", made)
                    .isEqualTo(schema);
        }
    }

    @Test
    void randomSettings_everyMember_takesSeveralValues() {
        // What the round trip claims is worth no more than what it is fed with.
        Pattern member = Pattern.compile("\"([a-z0-9_]+)\": (.+?),?");
        Map<String, Set<String>> values = new TreeMap<>();
        for (long seed = 0; seed < 100; seed++) {
            SettingsText.write(RandomSettings.of(generator(seed)))
                    .lines()
                    .map(String::strip)
                    .forEach(line -> {
                        Matcher matcher = member.matcher(line);
                        if (matcher.matches()) {
                            values.computeIfAbsent(matcher.group(1), key -> new HashSet<>())
                                    .add(matcher.group(2));
                        }
                    });
        }

        values.remove("format");
        assertThat(values).hasSizeGreaterThan(35);
        values.values().removeIf(seen -> seen.size() > 1 || Set.of("{", "[").containsAll(seen));
        assertThat(values).isEmpty();
    }
}
