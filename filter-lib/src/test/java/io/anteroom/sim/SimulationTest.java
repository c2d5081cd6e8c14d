// SPDX-License-Identifier: Apache-2.0
package io.anteroom.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Hundreds of seeds in each build. {@code -Dsim.seeds=100000 -Dsim.first=1} runs more, {@code -Dsim.steps=5000} longer
 * ones; {@code -Dsim.seeds=1 -Dsim.first=SEED} replays one. A seed that ever failed is kept in regressions.txt.
 */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("sim.seeds", 300);
    private static final long FIRST = Long.getLong("sim.first", 1L);
    private static final int STEPS = Integer.getInteger("sim.steps", 600);

    @Test
    void manySeeds_keepTheInvariants() {
        for (long seed = FIRST; seed < FIRST + SEEDS; seed++) {
            run(seed, STEPS);
        }
    }

    @Test
    void sameSeed_givesTheSameLog() {
        assertThat(run(4711, 1000)).isEqualTo(run(4711, 1000));
        assertThat(run(4711, 1000)).isNotEqualTo(run(4712, 1000));
    }

    @Test
    void seedsThatOnceFailed_passNow() throws IOException {
        for (String line : regressions()) {
            if (!line.isBlank() && !line.startsWith("#")) {
                run(Long.parseLong(line.strip()), STEPS);
            }
        }
    }

    private static long run(long seed, int steps) {
        try {
            return new SimWorld(seed).run(steps);
        } catch (AssertionError | RuntimeException e) {
            throw new AssertionError(
                    "seed " + seed + " (-Dsim.seeds=1 -Dsim.first=" + seed + "): " + e.getMessage(), e);
        }
    }

    private static List<String> regressions() throws IOException {
        try (InputStream in = SimulationTest.class.getResourceAsStream("regressions.txt")) {
            assertThat(in).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
        }
    }
}
