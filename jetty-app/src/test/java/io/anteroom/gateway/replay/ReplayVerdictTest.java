// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ReplayVerdictTest {
    private final ByteArrayOutputStream shown = new ByteArrayOutputStream();

    @TempDir
    Path folder;

    @BeforeEach
    void writeGoodResults() throws IOException {
        write("weighted-1.2", result(0.82, 10));
        write("weighted-1.2-late", result(0.83, 100));
        write("shed-2.0", result(0.5, 0));
    }

    private void write(String name, ObjectNode result) throws IOException {
        Files.writeString(folder.resolve(name + ".json"), result.toString());
    }

    private static ObjectNode result(double served, int expired) {
        ObjectNode result = new ObjectMapper().createObjectNode();
        result.put("served_share", served).put("lost", 0).put("over_admissions", 0);
        result.put("busy_while_waiting", 0.999).put("jain_in_level", 0.99).put("light_keys_lost", 0);
        result.putObject("expired_by_level").put("critical", 0).put("high", 0).put("normal", expired);
        result.putObject("requests_by_level")
                .put("critical", 10)
                .put("high", 10)
                .put("normal", 100);
        ObjectNode waits = result.putObject("waits_by_level");
        waits.putObject("critical").put("served", 10);
        waits.putObject("high").put("served", 10);
        waits.putObject("normal").put("served", 60);
        return result;
    }

    private boolean verdict() throws IOException {
        return ReplayVerdict.run(folder, new PrintStream(shown, true, StandardCharsets.UTF_8));
    }

    private String output() {
        return shown.toString(StandardCharsets.UTF_8);
    }

    @Test
    void goodResults_areGood_andTheLastLineHasTheFigures() throws Exception {
        assertThat(verdict()).isTrue();
        assertThat(output().lines().toList())
                .last()
                .asString()
                .startsWith("replay-azure ok: lost 0, over-admissions 0, busy at least 99.90 %")
                .contains("expired 10 instead of 100");
    }

    @Test
    void everythingThatFallsShort_isTold() throws Exception {
        ObjectNode bad = result(0.80, 30);
        bad.put("lost", 1).put("over_admissions", 2).put("busy_while_waiting", 0.99);
        bad.put("jain_in_level", 0.9).put("light_keys_lost", 3);
        bad.putObject("expired_by_level").put("critical", 1).put("high", 1).put("normal", 30);
        write("weighted-1.2", bad);
        ObjectNode shed = result(0.5, 0);
        shed.putObject("waits_by_level").putObject("critical").put("served", 9);
        write("shed-2.0", shed);

        assertThat(verdict()).isFalse();
        assertThat(output())
                .contains("lost 1", "over-admissions 2", "busy 0.99 ", "critical expired 1", "high expired 1")
                .contains("light keys lost 3", "Jain in level 0.9 ", "32 expired instead of 100", "less (expected")
                .contains("critical not all served", "replay-azure SHORT");
    }

    @Test
    void resultsOfABusyMachine_areMarked() throws Exception {
        write("weighted-1.2", result(0.82, 10).put("client_lag_p99", 3.0));

        verdict();

        assertThat(output()).contains("note: weighted-1.2: the client itself was late by 3.0 s");
    }
}
