// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.client;

import java.time.Duration;

/** How long anybody in this suite waits for something that should happen at once. */
public final class Patience {
    /** Long enough for a busy machine; {@code -Danteroom.contract.limit} shortens it, in seconds, to look for bugs. */
    public static final Duration LIMIT = Duration.ofSeconds(Long.getLong("anteroom.contract.limit", 45));

    private Patience() {}
}
