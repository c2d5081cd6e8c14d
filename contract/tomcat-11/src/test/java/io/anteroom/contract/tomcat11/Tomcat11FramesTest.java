// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.tomcat11;

import io.anteroom.contract.FramesContract;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * How {@link Tomcat11} reads frames; a class of its own, as isolation inside {@link Tomcat11Test} would be for all of
 * it.
 */
@Isolated
final class Tomcat11FramesTest extends FramesContract {
    Tomcat11FramesTest() {
        super(new Tomcat11(), new Tomcat11(true));
    }
}
