// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import org.jspecify.annotations.Nullable;

/**
 * What a request asks for, as far as that decides where it goes.
 *
 * @param model the model that it asks for, or null
 * @param named the model that its body names, or null
 * @param prefix a hash of the beginning of its prompt, or null
 * @param isObject whether its body is a JSON object, so that another model can be put into it
 */
public record Wanted(
        @Nullable String model,
        @Nullable String named,
        @Nullable Long prefix,
        boolean isObject) {
    /** Nothing in particular. */
    public static final Wanted ANYTHING = new Wanted(null, null, null, false);

    /** What a JSON object asks for. */
    Wanted(@Nullable String model, @Nullable Long prefix) {
        this(model, model, prefix, true);
    }

    /** The same with another model, where that can be. */
    Wanted withModel(String other) {
        return isObject ? new Wanted(other, named, prefix, true) : this;
    }
}
