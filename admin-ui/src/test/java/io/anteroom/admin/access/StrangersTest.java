// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

final class StrangersTest {
    private final Strangers strangers = new Strangers();

    private int enter(String network, int times) {
        int in = 0;
        for (int i = 0; i < times; i++) {
            in += strangers.enter(network) ? 1 : 0;
        }
        return in;
    }

    @Test
    void enter_oneNetwork_leavesRoomForOthers() {
        assertThat(enter("a", 100)).isEqualTo(Strangers.OF_ONE_NETWORK);
        assertThat(enter("b", 1)).isEqualTo(1);
    }

    @Test
    void enter_manyNetworks_areBoundedTogether() {
        int in = 0;
        for (int i = 0; i < 100; i++) {
            in += enter("network " + i, 1);
        }

        assertThat(in).isEqualTo(Strangers.AT_ONCE);
    }

    @Test
    void leave_makesRoom() {
        assertThat(enter("a", 100)).isEqualTo(Strangers.OF_ONE_NETWORK);

        strangers.leave("a");

        assertThat(enter("a", 100)).isEqualTo(1);
    }
}
