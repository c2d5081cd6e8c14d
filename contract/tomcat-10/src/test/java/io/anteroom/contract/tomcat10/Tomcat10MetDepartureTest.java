// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.tomcat10;

import io.anteroom.contract.MetDepartureContract;

/** Clients that leave {@link Tomcat10} at a bad moment. */
final class Tomcat10MetDepartureTest extends MetDepartureContract {
    Tomcat10MetDepartureTest() {
        super(new Tomcat10());
    }
}
