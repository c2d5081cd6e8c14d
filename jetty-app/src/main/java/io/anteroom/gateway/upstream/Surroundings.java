// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import io.anteroom.event.NoticeListener;
import java.net.URI;
import java.time.Clock;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.LongSupplier;
import java.util.function.ToIntFunction;
import java.util.random.RandomGenerator;

/**
 * What upstreams need of the world.
 *
 * @param nanoClock a clock that never runs backwards, in nanoseconds
 * @param clock the time of day, for people
 * @param random what is left to chance
 * @param waiting how many requests wait inside of a backend, by its own word; 0 if that is not known
 * @param notices told which backends go down and come back
 */
public record Surroundings(
        LongSupplier nanoClock,
        Clock clock,
        RandomGenerator random,
        ToIntFunction<URI> waiting,
        NoticeListener notices) {

    /** Those of a program that runs. */
    public static Surroundings real(ToIntFunction<URI> waiting, NoticeListener notices) {
        return new Surroundings(
                System::nanoTime,
                Clock.systemUTC(),
                // Not the generator itself: that is one of the thread that asks for it.
                () -> ThreadLocalRandom.current().nextLong(),
                waiting,
                notices);
    }

    long nowNanos() {
        return nanoClock.getAsLong();
    }
}
