// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.io.IOException;

/** A crowd of clients in a process of its own, each asking again and again until its parent ends it. */
final class HttpCrowdMain {
    private static final int ARRIVING_PER_SECOND = 4_000;

    private HttpCrowdMain() {}

    /** Port, number of connections, bytes of a body. */
    public static void main(String[] args) throws IOException {
        try (HttpCrowd crowd = new HttpCrowd(
                Integer.parseInt(args[0]),
                Integer.parseInt(args[1]),
                Integer.parseInt(args[2]),
                true,
                ARRIVING_PER_SECOND)) {
            crowd.run();
        }
    }
}
