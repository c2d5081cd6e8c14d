// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import java.net.URI;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks a backend how it is. */
@FunctionalInterface
public interface Probe {
    /** Finds nothing wrong. */
    Probe NONE = (url, within, answer) -> answer.accept(null);

    /**
     * Asks without blocking.
     *
     * @param url where
     * @param within how long the answer may take
     * @param answer told once: null if all is well, else what is wrong
     */
    void ask(URI url, Duration within, Consumer<@Nullable String> answer);
}
