// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import org.jspecify.annotations.Nullable;

/**
 * One line of a trace.
 *
 * @param seconds when it came, counted from the first
 * @param key whose it is, or null if the trace does not say
 * @param prompt its prompt in tokens
 * @param output its answer in tokens
 */
public record TraceRequest(double seconds, @Nullable String key, int prompt, int output) {}
