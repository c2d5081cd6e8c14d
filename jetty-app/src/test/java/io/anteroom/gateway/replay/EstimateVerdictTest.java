// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class EstimateVerdictTest {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    private void write(String run, double mdape, double within, double coverage, double bias, double naive)
            throws IOException {
        String json = "{\"estimate\":{\"mdape\":%f,\"within\":%f,\"coverage80\":%f,\"bias\":%f,\"told\":100,"
                + "\"naive_mdape\":%f,\"naive_within\":0.5}}";
        Files.writeString(
                folder.resolve(run + ".json"), String.format(Locale.ROOT, json, mdape, within, coverage, bias, naive));
    }

    private boolean run() throws IOException {
        return EstimateVerdict.run(folder, new PrintStream(out, true, StandardCharsets.UTF_8));
    }

    @Test
    void goodResults_hold() throws Exception {
        write("fifo-1.2", 0.15, 0.85, 0.8, 1, 0.1);
        write("weighted-1.2", 0.42, 0.6, 0.8, 0.85, 0.53);

        assertThat(run()).isTrue();
        assertThat(out.toString(StandardCharsets.UTF_8).lines().reduce((a, b) -> b))
                .hasValueSatisfying(
                        last -> assertThat(last).startsWith("estimate: fifo").endsWith(": holds"));
    }

    @ParameterizedTest
    @CsvSource({
        "fifo-0.9, 0.16, 0.9, 0.8, 1, 0.3, fifo: error 16.0 %",
        "fifo-0.9, 0.1, 0.84, 0.8, 1, 0.3, fifo: within 84.0 %",
        "weighted-2.0, 0.43, 0.7, 0.8, 1, 0.9, weighted: error 43.0 %",
        "weighted-2.0, 0.4, 0.7, 0.8, 1, 0.45, by position / rate",
        "weighted-2.0, 0.4, 0.7, 0.74, 1, 0.9, the range of 80 % holds 74.0 %",
        "weighted-2.0, 0.4, 0.7, 0.86, 1, 0.9, the range of 80 % holds 86.0 %",
        "weighted-2.0, 0.4, 0.7, 0.69, 1, 0.9, weighted-2.0: the range holds 69.0 %",
        "weighted-2.0, 0.4, 0.7, 0.8, 0.84, 0.9, weighted-2.0: bias x0.84"
    })
    void shortResults_areNamed(
            String run, double mdape, double within, double coverage, double bias, double naive, String named)
            throws Exception {
        write(run, mdape, within, coverage, bias, naive);

        assertThat(run()).isFalse();
        assertThat(out.toString(StandardCharsets.UTF_8))
                .contains("short: ")
                .contains(named)
                .endsWith("falls short\n");
    }

    @Test
    void noResults_fallShort() throws Exception {
        assertThat(run()).isFalse();
    }
}
