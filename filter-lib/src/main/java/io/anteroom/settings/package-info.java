// SPDX-License-Identifier: Apache-2.0
/**
 * What operators edit while requests are under way: one immutable document, its JSON form and schema, its revisions,
 * and the desk at which it is changed.
 *
 * <p>The document is made of the records of the rooms below: a pool's settings are {@code PoolSettings}, a caller is a
 * {@code KnownCaller}. Each has one {@link io.anteroom.settings.Form} here, from which reading, writing and the schema
 * come, so that they cannot differ.
 */
@NullMarked
package io.anteroom.settings;

import org.jspecify.annotations.NullMarked;
