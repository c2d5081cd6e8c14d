// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion.VersionFlag;
import io.anteroom.settings.RandomSettings;
import io.anteroom.settings.SettingsException;
import io.anteroom.settings.SettingsProblem;
import io.anteroom.settings.SettingsText;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGeneratorFactory;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The published schema and the code judge documents alike; the judge of the schema is somebody else's. */
final class SettingsSchemaTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonSchema SCHEMA =
            JsonSchemaFactory.getInstance(VersionFlag.V202012).getSchema(SettingsText.schema());

    /** What a schema cannot know: names that lead somewhere, members that depend on others, real moments. */
    private static final Pattern BEYOND_SCHEMA = Pattern.compile(
            "(routes|models)\\..*|callers\\..*\\.(group|expires|key_sha256)|.*highest_priority|.*unit|.*amount|.*per_ms");

    @Test
    void schema_randomDocuments_areValid() throws Exception {
        for (int seed = 0; seed < 50; seed++) {
            assertThat(SCHEMA.validate(random(seed))).as("seed %d", seed).isEmpty();
        }
    }

    @Test
    void schema_everyMemberSpoilt_isJudgedAsTheCodeJudges() throws Exception {
        int refused = 0;
        for (int seed = 0; seed < 8; seed++) {
            List<Runnable> restore = new ArrayList<>();
            ObjectNode document = random(seed);
            for (Spoilt spoilt : spoil(document, document)) {
                spoilt.run(restore);
                refused += judge(document, "seed " + seed + ", " + spoilt.key() + " = " + spoilt.value());
                restore.remove(0).run();
            }
        }

        assertThat(refused).isGreaterThan(500);
    }

    private static int judge(ObjectNode document, String what) {
        boolean isValid = SCHEMA.validate(document).isEmpty();
        List<SettingsProblem> problems = problems(document.toString());
        if (isValid) {
            assertThat(problems)
                    .as(what)
                    .allMatch(problem -> BEYOND_SCHEMA.matcher(problem.path()).matches());
        } else {
            assertThat(problems).as(what).isNotEmpty();
        }
        return isValid ? 0 : 1;
    }

    private static List<SettingsProblem> problems(String json) {
        try {
            SettingsText.read(json);
            return List.of();
        } catch (SettingsException e) {
            return e.problems();
        }
    }

    private static ObjectNode random(int seed) throws Exception {
        return (ObjectNode) JSON.readTree(SettingsText.write(
                RandomSettings.of(RandomGeneratorFactory.of("L64X128MixRandom").create(seed))));
    }

    /** One member with another value. */
    private record Spoilt(ObjectNode object, String key, JsonNode value) {
        void run(List<Runnable> restore) {
            JsonNode old = object.get(key);
            restore.add(() -> object.set(key, old));
            object.set(key, value);
        }
    }

    private static List<Spoilt> spoil(ObjectNode root, JsonNode node) {
        List<Spoilt> all = new ArrayList<>();
        if (node instanceof ObjectNode object) {
            Set.copyOf(object.properties()).forEach(member -> {
                for (String value : List.of("-1", "\"x\"", "null", "true", "99999999999999999", "1.5", "{}", "[]")) {
                    all.add(new Spoilt(object, member.getKey(), read(value)));
                }
                all.addAll(spoil(root, member.getValue()));
            });
        }
        return all;
    }

    private static JsonNode read(String json) {
        try {
            return JSON.readTree(json);
        } catch (IOException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
