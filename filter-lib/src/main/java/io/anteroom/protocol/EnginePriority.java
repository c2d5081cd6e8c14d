// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import io.anteroom.admission.Priority;
import io.anteroom.protocol.Dialect.Family;
import org.jspecify.annotations.Nullable;

/** Which way {@code priority} points in the engine behind a pool; the field has no agreed direction. */
public enum EnginePriority {
    /** The engine knows none: ours is cut out. */
    NONE,
    /** vLLM, LiteLLM. */
    LOWER_FIRST,
    /** SGLang. */
    HIGHER_FIRST;

    /**
     * What is forwarded: the body with the priority that was granted, in the engine's direction.
     *
     * @param body a JSON object without a priority
     * @param dialect engines know the member in OpenAI's dialects only
     * @param granted the level that the request has
     * @param own the integer that its body asked with, or null; it counts where it is of the granted level
     */
    public byte[] forward(byte[] body, Dialect dialect, Priority granted, @Nullable Integer own) {
        boolean isKnown = dialect.family() == Family.OPENAI || dialect.family() == Family.RESPONSES;
        if (this == NONE || !isKnown) {
            return body;
        }
        long number = own != null && Priority.ofInteger(own) == granted ? own : number(granted);
        return JsonCut.with(body, "\"priority\":" + (this == LOWER_FIRST ? number : -number));
    }

    /** The first integer of each level. */
    private static int number(Priority level) {
        return switch (level) {
            case CRITICAL -> 0;
            case HIGH -> 1;
            case NORMAL -> 100;
            case LOW -> 1000;
        };
    }
}
