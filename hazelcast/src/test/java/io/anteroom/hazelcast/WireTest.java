// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** In which form nodes of several releases write to each other. */
final class WireTest {
    @Test
    void reads_saysNothing_isOfTheFirstRelease() {
        assertThat(Wire.reads(null)).isEqualTo(Codec.FIRST_VERSION);
        assertThat(Wire.reads("x")).isEqualTo(Codec.FIRST_VERSION);
        assertThat(Wire.reads("-3")).isEqualTo(Codec.FIRST_VERSION);
        assertThat(Wire.reads("7")).isEqualTo(7);
    }

    @Test
    void version_beforeItHasJoined_isWhatEverybodyReads() {
        assertThat(new Wire().version()).isEqualTo(Codec.FIRST_VERSION);
    }
}
