// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** When somebody sets out to tell a node that it has mail, and what. */
final class BellTest {
    private final Bell bell = new Bell();

    @Test
    void ring_whileItIsToBeTold_nobodyElseSetsOut() {
        assertThat(bell.ring(1, 4)).isTrue();

        assertThat(bell.ring(1, 5)).isFalse();
        assertThat(bell.answer()).isEqualTo(new Bell.Due(1, 4));
        assertThat(bell.ring(1, 6)).as("it was told, and will come for all").isFalse();
    }

    @Test
    void ring_heardWhileSomebodyIsOnTheWay_thatOneTellsTheLatest() {
        bell.ring(1, 4);
        bell.silence();

        assertThat(bell.ring(2, 1)).isFalse();

        assertThat(bell.answer()).isEqualTo(new Bell.Due(2, 1));
    }

    @Test
    void answer_heardMeanwhile_isNothing() {
        bell.ring(1, 4);
        bell.silence();

        assertThat(bell.answer()).isNull();
        assertThat(bell.ring(1, 5)).isTrue();
    }
}
