// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.servlet.ApiKey;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class AnteroomCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    private int run(String... args) {
        return AnteroomCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), args);
    }

    @Test
    void help_namesTheCommands() {
        assertThat(run("--help")).isZero();

        assertThat(out.toString()).contains("serve", "check-config", "demo", "replay", "model");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "check-config", "create-key", "demo", "replay", "model"})
    void help_ofACommand_namesItsOptions(String command) {
        assertThat(run(command, "--help")).isZero();

        assertThat(out.toString()).contains("Usage: anteroom " + command, "--help");
    }

    @Test
    void model_ofNoSlots_isTwo() {
        assertThat(run("model", "--slots", "0")).isEqualTo(2);
        assertThat(err.toString()).contains("--slots: 0 (expected: from 1 to 100000)");
    }

    @Test
    void createKey_printsAKeyOnce_andALineThatKnowsIt() throws Exception {
        assertThat(run("create-key", "night shift", "--group", "free")).isZero();

        String[] lines = out.toString().split("\\R");
        ApiKey key = new ApiKey(lines[0].substring("key: ".length()));
        assertThat(lines[2]).contains(key.sha256(), "key-prefix: '" + key.prefix() + "'");
        String yaml = "upstream: {url: 'http://127.0.0.1:1'}\ngroups: {free: {}}\ncallers:\n" + lines[2] + "\n";
        assertThat(run(
                        "check-config",
                        Files.writeString(folder.resolve("a.yaml"), yaml).toString()))
                .isZero();
        assertThat(run("create-key", "a'b")).isEqualTo(2);
        assertThat(err.toString()).contains("NAME: a'b (expected: ");
    }

    @Test
    void unknownOption_isTwo() {
        assertThat(run("--nonsense")).isEqualTo(2);
        assertThat(err.toString()).contains("--nonsense");
    }

    @Test
    void checkConfig_ofAGoodFile_isZero() throws Exception {
        Path file = Files.writeString(folder.resolve("good.yaml"), "upstream: {url: 'http://127.0.0.1:1'}");

        assertThat(run("check-config", file.toString())).isZero();
        assertThat(out.toString()).contains("good (1 pool)");
    }

    @Test
    void checkConfig_ofABadFile_tellsEveryMistake() throws Exception {
        Path file = Files.writeString(folder.resolve("bad.yaml"), "listen: {port: x, http2: y}\nupstram: 1\n");

        assertThat(run("check-config", file.toString())).isEqualTo(2);
        assertThat(err.toString().lines()).hasSize(5).last().asString().endsWith("4 problems");
    }

    @Test
    void checkConfig_ofWhatCannotBeRead_saysWhy() throws Exception {
        Path file = Files.write(folder.resolve("latin.yaml"), new byte[] {'#', (byte) 0xe4, '\n'});

        assertThat(run("check-config", file.toString())).isEqualTo(2);
        assertThat(run("check-config", folder.toString())).isEqualTo(2);

        assertThat(err.toString()).contains("cannot be read: it is not UTF-8", "cannot be read: it is a directory");
    }

    @Test
    void checkConfig_ofNoFile_isTwo() {
        assertThat(run("check-config", folder.resolve("none.yaml").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("no such file");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "replay none.csv --load 200 | --load: 200 (expected: from 0 to 100)",
                "replay none.csv --slots 0 | --slots: 0 (expected: from 1 to 100000)",
                "replay none.csv --target ftp://a | --target: ftp://a (expected: an address",
                "replay none.csv --order best | expected one of [weighted, strict, flat, fifo]",
                "replay none.csv | none.csv: no such file",
                "demo --seconds 0 | --seconds: 0 (expected: at least 1)",
                "serve | nothing to serve",
                "serve --upstream ftp://a | --upstream: ftp://a (expected: an address",
                "serve --upstream http://a --config b | exclude each other",
                "serve --upstream http://a --port 70000 | --port: 70000 (expected: a whole number",
            })
    void mistakesInOptions_areTwo_andSayWhatIsAllowed(String line, String message) {
        assertThat(run(line.split(" "))).isEqualTo(2);
        assertThat(err.toString()).contains(message).doesNotContain("\tat ");
    }

    @Test
    void replay_ofAShortTrace_printsATable_andWritesJson() throws Exception {
        StringBuilder trace = new StringBuilder("t,key,prompt,output\n");
        for (int i = 0; i < 60; i++) {
            trace.append(i * 0.5).append(",key-").append(i % 3).append(",100,40\n");
        }
        Path file = Files.writeString(folder.resolve("trace.csv"), trace);
        Path json = folder.resolve("result.json");

        int code = run(
                "replay",
                file.toString(),
                "--slots",
                "4",
                "--speed",
                "30",
                "--warm-up",
                "0",
                "--json",
                json.toString());

        assertThat(code).isZero();
        assertThat(out.toString()).contains("60 requests", "critical", "Jain index");
        assertThat(Files.readString(json)).contains("\"lost\" : 0", "\"over_admissions\" : 0");
    }
}
