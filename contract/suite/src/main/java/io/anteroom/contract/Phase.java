// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

/** How far a request has come when its ending begins. */
enum Phase {
    /** It waits, and nothing has been sent. */
    WAITING,
    /** It waits, and the filter has committed an event stream and sends its standing. */
    WAITING_COMMITTED,
    /** The application has it, admitted at once, and nothing has been sent. */
    RUNNING,
    /** The same, admitted through the waiting path. */
    RUNNING_QUEUED,
    /** The application has sent its first event; admitted at once. */
    STREAMING,
    /** The same, admitted through the waiting path. */
    STREAMING_QUEUED,
    /** The same, on a response that the filter committed while it waited. */
    STREAMING_LATE;

    boolean isWaiting() {
        return this == WAITING || this == WAITING_COMMITTED;
    }

    boolean isStreaming() {
        return this == STREAMING || this == STREAMING_QUEUED || this == STREAMING_LATE;
    }

    /** Whether the filter has committed the response before the application could. */
    boolean isCommittedByFilter() {
        return this == WAITING_COMMITTED || this == STREAMING_LATE;
    }

    /** Whether the request goes through the waiting path only because everything does. */
    boolean isForced() {
        return this == RUNNING_QUEUED || this == STREAMING_QUEUED;
    }
}
