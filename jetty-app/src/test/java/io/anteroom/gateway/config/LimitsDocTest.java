// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.Anteroom;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.rate.Limit;
import io.anteroom.rate.RateSettings;
import io.anteroom.servlet.ApiKey;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.CallerPolicy.Access;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.Identity;
import io.anteroom.servlet.KnownCaller;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What docs/limits.md shows works as it is shown. */
final class LimitsDocTest {
    private static final Pattern FENCE = Pattern.compile("```(\\w+)\\n(.*?)```", Pattern.DOTALL);

    private static List<String> examples(String language) throws Exception {
        Matcher matcher = FENCE.matcher(Files.readString(Path.of("../docs/limits.md")));
        List<String> found = new ArrayList<>();
        while (matcher.find()) {
            if (matcher.group(1).equals(language)) {
                found.add(matcher.group(2));
            }
        }
        return found;
    }

    @Test
    void yaml_hasNoMistake_andSaysWhatTheTextSays() throws Exception {
        String upstream = "upstream: {url: 'http://127.0.0.1:1'}\n";
        List<GatewayConfig> configs = new ArrayList<>();
        for (String yaml : examples("yaml")) {
            configs.add(new ConfigReader(name -> null).parse(upstream + yaml));
        }

        assertThat(configs).hasSize(3);
        Callers.Snapshot callers = configs.get(0).callers();
        assertThat(callers.byName()).containsOnlyKeys("editor", "trial");
        assertThat(callers.byName().get("trial").policy().weight()).isEqualTo(3);
        assertThat(callers.byName().get("trial").policy().priority()).isEqualTo(Priority.LOW);
        assertThat(configs.get(1).limits().limits()).hasSize(4);
        assertThat(configs.get(2).limits().budgets()).hasSize(2);
    }

    /** The keys that anteroom.yaml shows behind a comment sign. */
    @Test
    void commentedKeys_ofTheExample_areKnown() throws Exception {
        String text = Files.readString(Path.of("../docs/anteroom.yaml"));
        int from = text.indexOf("callers: []");
        String shown = text.substring(from, text.indexOf("trusted-proxies:", from))
                .replace("callers: []", "callers:")
                .replace("\nlimits: []", "\nlimits:")
                .replace("\nbudgets: []", "\nbudgets:")
                .replace("\nprices: []", "\nprices:")
                .replace("groups: {}", "groups: {free: {priority: low, max-running: 2}}")
                .replaceAll("(?m)^# ", "");

        GatewayConfig config = new ConfigReader(name -> null).parse("upstream: {url: 'http://a:1'}\n" + shown);

        assertThat(config.callers().byName()).containsOnlyKeys("nightly-batch");
        assertThat(config.limits().limits()).hasSize(1);
        assertThat(config.limits().budgets()).hasSize(2);
        assertThat(config.limits().prices()).hasSize(1);
    }

    /** As in the text; what is shown there must stand here. */
    @Test
    void java_isThatOfTheText() throws Exception {
        ApiKey key = ApiKey.create(new SecureRandom());
        Callers callers = new Callers(Callers.Snapshot.of(CallerPolicy.DEFAULT)
                .withGroup("free", CallerPolicy.DEFAULT.withPriority(Priority.LOW))
                .with(KnownCaller.of("editor", key, CallerPolicy.DEFAULT.withWeight(2))));
        Anteroom anteroom = Anteroom.builder()
                .pool("llm", PoolSettings.ofSlots(8))
                .policies(callers)
                .limits(RateSettings.NONE.withLimits(Limit.requests("per-key", 60, Duration.ofMinutes(1))))
                .build();
        callers.edit(snapshot -> snapshot.with(snapshot.byName().get("editor").disabled(true)));
        anteroom.close();

        assertThat(callers.of(Optional.of(Identity.ofSecret(key.secret()))).access())
                .isEqualTo(Access.DISABLED);
        String source =
                squeezed(Files.readString(Path.of("src/test/java/io/anteroom/gateway/config/LimitsDocTest.java")));
        assertThat(source).contains(squeezed(examples("java").get(0)));
    }

    private static String squeezed(String text) {
        return text.replaceAll("\\s+", "");
    }
}
