// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import java.time.Duration;

/**
 * How a simulated model server behaves.
 *
 * @param port where it listens on loopback, 0 for a free port
 * @param slots how many requests it serves at once
 * @param speed by how much all service times are divided
 * @param seed of the noise
 * @param chunkEvery how often a stream sends at most; tokens that come faster share a chunk
 */
public record ModelSettings(int port, int slots, double speed, long seed, Duration chunkEvery) {
    /** A server at a free port, at true speed, that streams token by token. */
    public static ModelSettings ofSlots(int slots) {
        return new ModelSettings(0, slots, 1, 1, Duration.ofMillis(1));
    }

    /** The same at another speed. */
    public ModelSettings withSpeed(double speed) {
        return new ModelSettings(port, slots, speed, seed, chunkEvery);
    }

    /** The same at another port. */
    public ModelSettings withPort(int port) {
        return new ModelSettings(port, slots, speed, seed, chunkEvery);
    }
}
