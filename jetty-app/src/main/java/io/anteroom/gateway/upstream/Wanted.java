// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import org.jspecify.annotations.Nullable;

/**
 * What a request asks for, as far as that decides where it goes.
 *
 * @param model the model that it names, or null
 * @param prefix a hash of the beginning of its prompt, or null
 */
public record Wanted(@Nullable String model, @Nullable Long prefix) {
    /** Nothing in particular. */
    public static final Wanted ANYTHING = new Wanted(null, null);

    /** The same with another model. */
    Wanted withModel(String other) {
        return new Wanted(other, prefix);
    }
}
