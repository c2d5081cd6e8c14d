// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.tomcat10;

import io.anteroom.contract.FramesContract;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * How {@link Tomcat10} reads frames; a class of its own, as isolation inside {@link Tomcat10Test} would be for all of
 * it.
 */
@Isolated
final class Tomcat10FramesTest extends FramesContract {
    Tomcat10FramesTest() {
        super(new Tomcat10(), new Tomcat10(true));
    }
}
