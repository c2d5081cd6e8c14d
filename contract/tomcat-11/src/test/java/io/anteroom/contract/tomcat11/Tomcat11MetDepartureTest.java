// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.tomcat11;

import io.anteroom.contract.MetDepartureContract;

/** Clients that leave {@link Tomcat11} at a bad moment. */
final class Tomcat11MetDepartureTest extends MetDepartureContract {
    Tomcat11MetDepartureTest() {
        super(new Tomcat11());
    }
}
