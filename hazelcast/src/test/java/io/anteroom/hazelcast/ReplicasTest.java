// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Owner, backup and nodes through everything that can go wrong between them; bench/replicas goes on for longer. */
final class ReplicasTest {
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void run_crashesBetweenAnyTwoSteps_copiesStayEqualAndNodesKeepTheirs(long seed) {
        ReplicaSim sim = new ReplicaSim(seed, false);

        sim.run(6_000);

        assertThat(sim.crashes).isGreaterThan(20);
        assertThat(sim.audits).isPositive();
        assertThat(sim.releases).isPositive();
        assertThat(sim.adopted).as("taken over by another node").isGreaterThan(20);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void run_nodesStandStill_othersHaveTheirTurnsAndNoSlotIsUsedTwice(long seed) {
        ReplicaSim sim = new ReplicaSim(seed, true);

        sim.run(20_000);

        assertThat(sim.freezes).isGreaterThan(5);
        assertThat(sim.adopted).as("taken over by another node").isGreaterThan(20);
        if (seed % 2 == 0) {
            assertThat(sim.tookBack).as("checked where no owner dies").isPositive();
        }
    }

    /** What bench/replicas runs. */
    @Test
    @EnabledIfSystemProperty(named = "replicas.commands", matches = "[0-9]+")
    void run_asManyCommandsAsAreAskedFor_copiesStayEqual() {
        long most = Long.getLong("replicas.commands");
        long commands = 0;
        long crashes = 0;
        long losses = 0;
        long audits = 0;
        for (int seed = 1; seed <= 10; seed++) {
            ReplicaSim sim = new ReplicaSim(seed, false);
            sim.run(most / 10);
            commands += sim.commands;
            crashes += sim.crashes;
            losses += sim.losses;
            audits += sim.audits;
        }
        System.out.printf(
                Locale.ROOT,
                "replicas: %,d commands, %,d crashes of owners and nodes, all copies lost %,d times; copies equal after"
                        + " each batch, state and nodes the same in %,d of %,d audits: holds%n",
                commands,
                crashes,
                losses,
                audits,
                audits);
    }
}
