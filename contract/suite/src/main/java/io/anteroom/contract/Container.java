// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

import java.util.Set;

/** A servlet container that the suite can start. One instance starts any number of servers, also side by side. */
public interface Container {
    /** The name for reports, with the version. */
    String name();

    /** What it does against expectations. */
    default Set<Quirk> quirks() {
        return Set.of();
    }

    /** Starts a server on a free port of the loopback interface, with HTTP/1.1 and HTTP/2 without TLS. */
    Running start(Deployment deployment) throws Exception;

    /** A server that runs. */
    interface Running extends AutoCloseable {
        /** The port that it listens on. */
        int port();

        /** Stops it at once, without grace. */
        @Override
        void close();
    }
}
