// SPDX-License-Identifier: Apache-2.0
package io.anteroom.backend;

import java.net.URI;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Which backends stand behind a pool, and what is made of what they say of themselves.
 *
 * @param backends how to ask each, by a name that people know it by, in order; at least one
 * @param interval from the end of one question to the next, at least {@link BackendWatch#SHORTEST}
 * @param isAdaptive whether the pool uses only as many of its slots as they have room for
 * @param minSlots how many slots each backend keeps whatever it says, at least 1
 */
public record BackendSettings(
        Map<String, BackendStatus> backends, Duration interval, boolean isAdaptive, int minSlots) {

    /** Checks the bounds and keeps the order. */
    public BackendSettings {
        backends = Collections.unmodifiableMap(new LinkedHashMap<>(backends));
        if (backends.isEmpty()) {
            throw new IllegalArgumentException("backends: none (expected: at least one)");
        }
        if (interval.compareTo(BackendWatch.SHORTEST) < 0) {
            throw new IllegalArgumentException(
                    "interval: " + interval + " (expected: at least " + BackendWatch.SHORTEST + ")");
        }
        if (minSlots < 1) {
            throw new IllegalArgumentException("minSlots: " + minSlots + " (expected: at least 1)");
        }
    }

    /** Backends of one kind, asked once a second; what they say is shown and changes nothing. */
    public static BackendSettings of(BackendKind kind, URI... addresses) {
        Map<String, BackendStatus> backends = new LinkedHashMap<>();
        for (URI address : addresses) {
            backends.put(address.toString(), new HttpBackendStatus(kind, address));
        }
        return new BackendSettings(backends, Duration.ofSeconds(1), false, 1);
    }

    /** The same with another interval. */
    public BackendSettings every(Duration interval) {
        return new BackendSettings(backends, interval, isAdaptive, minSlots);
    }

    /** The same with the pool using only as many slots as they have room for, at least {@code minSlots} for each. */
    public BackendSettings adaptive(int minSlots) {
        return new BackendSettings(backends, interval, true, minSlots);
    }
}
