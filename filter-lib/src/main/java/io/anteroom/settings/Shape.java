// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One kind of value in the document: how it is read, written and described. JSON is plain objects here: maps that keep
 * their order, lists, texts, {@code Long}s, {@code Boolean}s and null.
 */
interface Shape<T> {
    /** The value in JSON. */
    @Nullable Object write(T value);

    /** The value of a piece of JSON; null may also mean that a problem was noted. */
    @Nullable T read(@Nullable Object json, Place at);

    /** What a JSON Schema says of it. */
    Map<String, Object> schema();
}
