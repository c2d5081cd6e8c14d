// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.anteroom.gateway.config.GatewayConfig.Secret;
import io.anteroom.gateway.config.OperatorConfig.AdminListen;
import io.anteroom.gateway.config.OperatorConfig.Directory;
import io.anteroom.gateway.config.OperatorConfig.Nowhere;
import io.anteroom.gateway.config.OperatorConfig.Server;
import io.anteroom.gateway.config.OperatorConfig.Source;
import io.anteroom.settings.Retention;
import io.anteroom.settings.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The blocks {@code storage}, {@code settings}, {@code admin}, {@code retention} and {@code models}. */
final class OperatorReaderTest {
    private static final String UPSTREAM = "upstream: {url: 'http://127.0.0.1:8000'}\n";

    @TempDir
    private Path folder;

    private ConfigReader inFile() {
        return new ConfigReader(
                name -> "DB".equals(name) ? "secret" : null, Optional.of(folder.resolve("anteroom.yaml")));
    }

    private OperatorConfig parse(String yaml) throws ConfigException {
        return inFile().parse(UPSTREAM + yaml).operator();
    }

    private List<String> problems(String yaml) {
        ConfigException e = catchThrowableOfType(ConfigException.class, () -> parse(yaml));
        assertThat(e).as(yaml).isNotNull();
        return e.problems().stream().map(ConfigProblem::toString).toList();
    }

    @Test
    void parse_nothingSaid_keepsBesideTheFileAndListensOnLoopback() throws Exception {
        OperatorConfig operator = parse("");

        assertThat(operator.storage()).isEqualTo(new Directory(folder.resolve("data")));
        assertThat(operator.source()).isEqualTo(Source.DATABASE);
        assertThat(operator.node()).isEqualTo("local");
        assertThat(parse("node: gw-1").node()).isEqualTo("gw-1");
        assertThat(operator.admin()).isEqualTo(AdminListen.USUAL);
        assertThat(operator.file()).contains(folder.resolve("anteroom.yaml"));
        assertThat(new ConfigReader(name -> null).parse(UPSTREAM).operator()).isEqualTo(OperatorConfig.NONE);
    }

    @Test
    void parse_everyKey_isTaken() throws Exception {
        Files.writeString(folder.resolve("password"), "from a file\n");
        OperatorConfig operator = parse("""
                storage: {url: 'jdbc:postgresql://db/anteroom', user: anteroom, password-env: DB}
                settings: {source: file}
                admin: {enabled: true, host: 0.0.0.0, port: 9000, hosts: [Ops.example], trusted-proxies: 10.0.0.0/8,
                  environment: production, insecure-http: true}
                """);

        assertThat(operator.storage())
                .isEqualTo(new Server("jdbc:postgresql://db/anteroom", "anteroom", Optional.of(new Secret("secret"))));
        assertThat(operator.source()).isEqualTo(Source.FILE);
        assertThat(operator.admin())
                .isEqualTo(new AdminListen(
                        true, "0.0.0.0", 9000, List.of("ops.example"), List.of("10.0.0.0/8"), "production", true));
        assertThat(parse("storage: {dir: off}\nadmin: {enabled: false}").storage())
                .isEqualTo(new Nowhere());
        assertThat(parse("storage: {dir: /var/lib/anteroom}").storage())
                .isEqualTo(new Directory(Path.of("/var/lib/anteroom")));
        assertThat(parse("storage: {url: 'jdbc:postgresql://db/a', user: u, password-file: password}")
                        .storage())
                .isEqualTo(new Server("jdbc:postgresql://db/a", "u", Optional.of(new Secret("from a file"))));
    }

    @Test
    void parse_mistakes_areToldWithoutSecrets() {
        assertThat(problems("storage: {url: 'jdbc:postgresql://u:hidden@db/a?password=hidden'}"))
                .containsExactly("line 2: storage.url: jdbc:postgresql://db/a (expected: an address as"
                        + " jdbc:postgresql://db/anteroom, without a password in it)");
        assertThat(problems("storage: {dir: a, url: 'jdbc:postgresql://db/a', password-env: NONE}"))
                .containsExactly(
                        "line 2: storage.dir: a (expected: either dir or url)",
                        "line 2: storage.password-env: NONE (expected: the name of an environment variable that holds"
                                + " the password)");
        assertThat(problems("storage: {dir: 'a;b', user: u}")).hasSize(2);
        assertThat(problems("storage: {url: 'jdbc:postgresql://db/a', password-file: none}"))
                .singleElement()
                .asString()
                .contains("storage.password-file: none (expected: a readable file");
        assertThat(problems("admin: {port: 8080}"))
                .containsExactly("line 2: admin.port: 8080 (expected: a port of its own, not that of listen)");
        assertThat(problems("admin: {hosts: ['a b']}")).hasSize(1);
        assertThat(problems("settings: {source: both}"))
                .containsExactly("line 2: settings.source: both (expected: database or file)");
    }

    @Test
    void settings_ofAFile_areTheWholeDocument() throws Exception {
        Settings settings = inFile().parse(UPSTREAM + """
                        pools: {a: {slots: 2}, b: {}}
                        routes: [{path: /v1/*, pool: a}]
                        models: [{model: 'llama*', pool: b}]
                        limits: [{name: rpm, requests: 60}]
                        retention: {revisions: 7, audit-days: 8, analytics-days: 9}
                        waiting: {strangers-may-raise: true}
                        """).settings();

        assertThat(settings.pools().get("a").slots()).isEqualTo(2);
        assertThat(settings.routes()).containsExactly(Map.entry("/v1/*", "a"));
        assertThat(settings.models()).containsExactly(Map.entry("llama*", "b"));
        assertThat(settings.limits().limits()).hasSize(1);
        assertThat(settings.retention()).isEqualTo(new Retention(7, Duration.ofDays(8), Duration.ofDays(9)));
        assertThat(settings.callers().others().highestPriority().name()).isEqualTo("CRITICAL");
        assertThat(problems("models: [{model: 'a*b', pool: llm}, {pool: gpu}]")).hasSize(3);
    }

    @Test
    void settings_thatDoNotFitTheDocument_areAMistakeOfTheFile() {
        assertThat(problems("pools: {llm: {longest-run: 1.5ms}}"))
                .containsExactly("document: finer than its written form (expected: times in whole milliseconds,"
                        + " rights that can be written)");
        assertThat(problems("groups: {\"a\\u0001b\": {}}"))
                .singleElement()
                .asString()
                .startsWith("groups.a");
    }
}
