// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.Decision;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.WaitingTicket;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The answer to one {@link Command}. */
sealed interface Result {
    /** Whether it had something to do. */
    record Done(boolean isDone) implements Result {}

    /** What was decided of a request, and where it stands if it waits. */
    record Decided(Decision decision, @Nullable QueueStatus status) implements Result {}

    /** The figures. */
    record Figures(PoolSnapshot snapshot) implements Result {}

    /** Who waits. */
    record Line(List<WaitingTicket> waiting) implements Result {}

    /** Where those stand who wait, by their numbers. */
    record Places(Map<Long, QueueStatus> byTicket) implements Result {}
}
