// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import io.anteroom.contract.Ending.Scenario;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every ending in every phase over every protocol. */
public abstract class EndingsContract {
    private final Container container;

    /** The contract on one container. */
    protected EndingsContract(Container container) {
        this.container = container;
    }

    static Stream<Scenario> endings() {
        return Endings.all();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endings")
    void ending_inPhase_givesTheLeaseBackAndHarmsNobody(Scenario scenario) {
        scenario.play(container);
    }
}
