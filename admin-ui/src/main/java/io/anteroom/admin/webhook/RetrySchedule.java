// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import java.time.Duration;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** When a delivery that failed is tried again: after 5 s, 5 min, 30 min, 2 h, 5 h, 10 h, each up to a tenth later. */
final class RetrySchedule {
    /** A receiver can put off the next attempt by this much at most. */
    static final Duration LONGEST = Duration.ofHours(10);

    private static final List<Duration> PAUSES = List.of(
            Duration.ofSeconds(5),
            Duration.ofMinutes(5),
            Duration.ofMinutes(30),
            Duration.ofHours(2),
            Duration.ofHours(5),
            LONGEST);

    private RetrySchedule() {}

    /**
     * The pause before the next attempt, or null if there is none.
     *
     * @param failed how many attempts have failed, from 1
     * @param wanted what the receiver asks for, or null
     */
    static @Nullable Duration pause(int failed, @Nullable Duration wanted, RandomGenerator random) {
        if (failed > PAUSES.size()) {
            return null;
        }
        Duration pause = PAUSES.get(failed - 1);
        Duration least = wanted == null ? pause : longer(pause, shorter(wanted, LONGEST));
        // Receivers that went down together are not all tried at once when they come back.
        return least.plusMillis(random.nextLong(Math.max(1, least.toMillis() / 10)));
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) <= 0 ? one : other;
    }
}
