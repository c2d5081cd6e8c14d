// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import io.anteroom.admission.Priority;

/**
 * A request that will be sent.
 *
 * @param number from 0, in the order of sending
 * @param dueNanos when it is sent, counted from the start
 * @param key whose it is
 * @param priority its level
 * @param prompt its prompt in tokens
 * @param output its answer in tokens
 * @param serviceNanos how long the model works on it
 */
public record PlannedRequest(
        int number, long dueNanos, String key, Priority priority, int prompt, int output, long serviceNanos) {}
