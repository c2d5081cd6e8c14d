// SPDX-License-Identifier: Apache-2.0
package io.anteroom.backend;

import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * What a backend said of itself at one moment. Each figure is empty where that kind of backend does not tell it.
 *
 * @param running requests that it works on
 * @param waiting requests that it has accepted and does not work on yet
 * @param cacheUse how full its KV cache is, from 0 to 1
 */
public record BackendReading(OptionalInt running, OptionalInt waiting, OptionalDouble cacheUse) {
    /** A backend that answers and tells no figures. */
    public static final BackendReading ALIVE =
            new BackendReading(OptionalInt.empty(), OptionalInt.empty(), OptionalDouble.empty());
}
