// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import io.anteroom.contract.Ending.Scenario;
import java.util.List;
import java.util.regex.Pattern;
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

    /** All, or those that {@code -Danteroom.contract.only=REGEX} names, {@code -Danteroom.contract.times=N} times. */
    static Stream<Scenario> endings() {
        Pattern only = Pattern.compile(System.getProperty("anteroom.contract.only", ".*"));
        int times = Integer.getInteger("anteroom.contract.times", 1);
        List<Scenario> chosen = Endings.all()
                .filter(scenario -> only.matcher(scenario.toString()).find())
                .toList();
        return Stream.generate(() -> chosen).limit(times).flatMap(List::stream);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("endings")
    void ending_inPhase_givesTheLeaseBackAndHarmsNobody(Scenario scenario) {
        scenario.play(container);
    }
}
