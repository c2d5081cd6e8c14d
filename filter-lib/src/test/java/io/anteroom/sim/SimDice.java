// SPDX-License-Identifier: Apache-2.0
package io.anteroom.sim;

import io.anteroom.admission.Absence;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Order;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import java.time.Duration;
import java.util.Random;

/** What a world draws of its seed: who comes, how they stay away, and how the pool is set. */
final class SimDice {
    static final long LARGEST_COST_MICROS = 5_000_000;

    private final Random random;
    private final boolean exactCosts;

    /** @param exactCosts whether requests cost what was said, and nothing else ends them */
    SimDice(Random random, boolean exactCosts) {
        this.random = random;
        this.exactCosts = exactCosts;
    }

    Absence absence() {
        return new Absence(
                Duration.ofMillis(random.nextInt(20_000)), Duration.ofMillis(random.nextInt(4000)), random.nextInt(20));
    }

    Arrival arrival() {
        Caller caller = caller();
        Priority priority = Priority.values()[random.nextInt(4)];
        Duration cost = exactCosts || random.nextInt(3) == 0
                ? Duration.ofNanos(1000L * (1 + (long) (random.nextDouble() * (LARGEST_COST_MICROS - 1))))
                : null;
        Duration wait = random.nextInt(4) == 0 ? Duration.ofMillis(random.nextInt(8000)) : null;
        OnFull[] answers = {null, OnFull.REJECT, OnFull.SHED_LOWEST};
        return new Arrival(
                caller,
                priority,
                wait,
                random.nextInt(3000),
                cost,
                answers[random.nextInt(3)],
                random.nextInt(20) != 0,
                random.nextInt(10) == 0 ? "batch" : null,
                !exactCosts && random.nextInt(8) == 0 ? Duration.ofMillis(1 + random.nextInt(5000)) : null,
                random.nextInt(5) == 0 ? Duration.ofMillis(random.nextInt(9000)) : null);
    }

    private Caller caller() {
        int key = (int) Math.abs(random.nextGaussian() * 6);
        int weight = exactCosts ? 1 + key % 3 : 1 + random.nextInt(3);
        CallerLimits own = !exactCosts && random.nextInt(30) == 0 ? new CallerLimits(5, 1 + random.nextInt(3)) : null;
        return new Caller("key-" + key, "ip-" + key % (3 + random.nextInt(2)), weight, own);
    }

    PoolSettings settings() {
        PoolSettings settings = PoolSettings.ofSlots(random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(8))
                .withOrder(Order.values()[random.nextInt(Order.values().length)])
                .withQueue(random.nextInt(40), random.nextInt(60_000))
                .withOnFull(random.nextBoolean() ? OnFull.REJECT : OnFull.SHED_LOWEST)
                .withEarlyRefusal(random.nextBoolean())
                .withCallers(limits(), limits())
                .withLongestRun(
                        !exactCosts && random.nextInt(3) == 0
                                ? Duration.ofSeconds(1 + random.nextInt(20))
                                : Duration.ZERO);
        for (Priority priority : Priority.values()) {
            settings = settings.withLevel(
                    priority,
                    new LevelSettings(
                            1 + random.nextInt(8),
                            Duration.ofMillis(random.nextInt(20_000)),
                            random.nextInt(30),
                            random.nextInt(20)));
        }
        return settings;
    }

    private CallerLimits limits() {
        return new CallerLimits(
                random.nextBoolean() ? 1000 : random.nextInt(10), random.nextBoolean() ? 1000 : 1 + random.nextInt(4));
    }
}
