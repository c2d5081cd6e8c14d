// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A small number of random endings; {@code bench/endings} plays a large one. */
public abstract class RandomEndingsContract {
    private final Container container;

    /** The contract on one container. */
    protected RandomEndingsContract(Container container) {
        this.container = container;
    }

    @ParameterizedTest(name = "seed {0}")
    @ValueSource(longs = {1, 2})
    void randomEndings_leaveNothingBehind(long seed) {
        RandomEndings.Report report = new RandomEndings(container, 400, seed).play();

        assertThat(report.lost()).as(report.line()).isEmpty();
        assertThat(report.isClean()).as(report.line()).isTrue();
    }
}
