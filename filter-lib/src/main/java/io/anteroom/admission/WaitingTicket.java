// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import org.jspecify.annotations.Nullable;

/**
 * One who waits, for lists.
 *
 * @param id the number of the request in its pool
 * @param key its flow
 * @param ip its address
 * @param priority its level
 * @param node the node that holds its connection
 * @param bytes its buffered body
 * @param batch its batch, or null
 * @param isAway whether its caller has left and is expected back
 * @param status where it stands
 */
public record WaitingTicket(
        long id,
        String key,
        String ip,
        Priority priority,
        String node,
        long bytes,
        @Nullable String batch,
        boolean isAway,
        QueueStatus status) {}
