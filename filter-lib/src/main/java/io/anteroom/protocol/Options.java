// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.admission.OnFull;
import io.anteroom.admission.Priority;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for itself; null means that it does not say. Whether it gets it is the policy's decision.
 *
 * @param priority its level
 * @param longestWait how long it would wait at most
 * @param onFull what to do when the queue is full
 * @param enabled whether it would wait at all
 * @param batch its batch
 * @param status how it wants to be told its standing
 * @param clientTimeout after which the client gives up by itself
 * @param fallsBack whether it would go on to the fallback when its longest wait is over
 */
public record Options(
        @Nullable Priority priority,
        @Nullable Duration longestWait,
        @Nullable OnFull onFull,
        @Nullable Boolean enabled,
        @Nullable String batch,
        @Nullable StatusMode status,
        @Nullable Duration clientTimeout,
        @Nullable Boolean fallsBack) {

    /** Nothing is asked for. */
    public static final Options NONE = new Options(null, null, null, null, null, null, null, null);

    /** These options where they say something, else {@code weaker}. */
    public Options or(Options weaker) {
        if (weaker.equals(NONE)) {
            return this;
        }
        if (equals(NONE)) {
            return weaker;
        }
        return new Options(
                priority != null ? priority : weaker.priority,
                longestWait != null ? longestWait : weaker.longestWait,
                onFull != null ? onFull : weaker.onFull,
                enabled != null ? enabled : weaker.enabled,
                batch != null ? batch : weaker.batch,
                status != null ? status : weaker.status,
                clientTimeout != null ? clientTimeout : weaker.clientTimeout,
                fallsBack != null ? fallsBack : weaker.fallsBack);
    }
}
