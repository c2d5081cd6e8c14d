// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
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

        assertThat(out.toString()).contains("serve", "check-config", "demo", "replay");
    }

    @ParameterizedTest
    @ValueSource(strings = {"serve", "check-config", "demo", "replay"})
    void help_ofACommand_namesItsOptions(String command) {
        assertThat(run(command, "--help")).isZero();

        assertThat(out.toString()).contains("Usage: anteroom " + command, "--help");
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
    void checkConfig_ofNoFile_isTwo() {
        assertThat(run("check-config", folder.resolve("none.yaml").toString())).isEqualTo(2);
        assertThat(err.toString()).contains("no such file");
    }
}
