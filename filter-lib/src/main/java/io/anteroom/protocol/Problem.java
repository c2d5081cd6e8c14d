// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What went wrong, before it is put into a dialect's words.
 *
 * @param kind status, codes and titles
 * @param message what a human reads: figures and the next step
 * @param retryAfter when it is worth coming back, or null if it never is
 * @param queue the {@code queue} object as JSON, or null
 * @param ownStatus the HTTP status where it is not the kind's, else 0
 * @param ownCode the {@code error.code} where it is not the kind's, or null
 */
public record Problem(
        Kind kind,
        String message,
        @Nullable Duration retryAfter,
        @Nullable String queue,
        int ownStatus,
        @Nullable String ownCode) {

    /** A problem with the status and the code of its kind. */
    public Problem(Kind kind, String message, @Nullable Duration retryAfter, @Nullable String queue) {
        this(kind, message, retryAfter, queue, 0, null);
    }

    /** The same with another status, for clients of all dialects. */
    public Problem withStatus(int status) {
        return new Problem(kind, message, retryAfter, queue, status, ownCode);
    }

    /** A failure of a backend, told by a code of its own. */
    public static Problem ofUpstream(int status, String code, String message) {
        return new Problem(Kind.UPSTREAM_FAILED, message, null, null, status, code);
    }

    /** The HTTP status that clients of a dialect are given. */
    public int status(Dialect dialect) {
        return ownStatus != 0 ? ownStatus : kind.status(dialect);
    }

    /** The stable name in {@code error.code}. */
    public String code() {
        return ownCode != null ? ownCode : kind.code();
    }

    /** The kinds of problems: one row of the table of refusals each. */
    public enum Kind {
        /** As many wait as may. */
        QUEUE_FULL(503, 529, "queue_full", "queue-full", "The queue is full"),
        /** The bodies of those who wait take all the memory that they may. */
        QUEUE_MEMORY(503, 529, "queue_full", "queue-memory", "The queue is full"),
        /** All slots are taken and the request would not, or could not, wait. */
        NO_SLOT(503, 529, "no_slot", "no-slot", "All slots are taken"),
        /** The caller has as many waiting as it may. */
        FAIR_SHARE(429, 429, "queue_limit_exceeded", "fair-share", "Too many requests of this caller are waiting"),
        /** The likely wait exceeds the longest wait. */
        WAIT_TOO_LONG(503, 529, "queue_wait_too_long", "deadline", "The wait would be too long"),
        /** The longest wait is over. */
        WAIT_TIMEOUT(503, 529, "queue_timeout", "wait-timeout", "The longest wait is over"),
        /** Somebody with a better claim took the place. */
        EVICTED(503, 529, "queue_evicted", "evicted", "Pushed out by more urgent requests"),
        /** An operator ended the wait. */
        CANCELLED(503, 529, "queue_cancelled", "cancelled", "An operator ended the wait"),
        /** The node that held the place is gone. */
        NODE_LOST(503, 529, "node_lost", "node-lost", "The place was lost with its node"),
        /** Another node holds what is asked for, and does not answer. */
        NODE_SILENT(503, 503, "node_silent", "node-silent", "Another node does not answer"),
        /** No backend can be reached. */
        NO_UPSTREAM(503, 503, "no_upstream", "no-upstream", "No backend is available"),
        /** The server is about to stop. */
        SHUTTING_DOWN(503, 503, "shutting_down", "shutting-down", "The server is shutting down"),
        /** The caller has used what it may use in this time. */
        RATE_LIMITED(429, 429, "rate_limit_exceeded", "rate-limited", "Too much in too short a time"),
        /** The caller has used up its budget. */
        QUOTA(429, 429, "insufficient_quota", "quota", "The budget is used up"),
        /** Nobody can say how much the caller has used. */
        LIMITS_UNAVAILABLE(503, 503, "limits_unavailable", "limits-unavailable", "Limits cannot be checked"),
        /** The caller's key does not count. */
        UNAUTHORIZED(401, 401, "invalid_api_key", "invalid-api-key", "The API key is not accepted"),
        /** Nobody can say who asks. */
        CALLER_UNKNOWN(500, 500, "caller_unknown", "caller-unknown", "The caller cannot be found out"),
        /** An option, a header or a body cannot be read. */
        BAD_REQUEST(400, 400, "invalid_request", "invalid-request", "The request cannot be read"),
        /** There is no such ticket, request or batch, or it is another caller's. */
        NOT_FOUND(404, 404, "not_found", "not-found", "Nothing of that name"),
        /** A resource does not take that method. */
        METHOD_NOT_ALLOWED(405, 405, "method_not_allowed", "method-not-allowed", "The method is not allowed"),
        /** The turn of a ticket has not come. */
        TICKET_NOT_READY(409, 409, "ticket_not_ready", "ticket-not-ready", "The ticket is not ready"),
        /** A ticket has been used, or its time is over. */
        TICKET_OVER(410, 410, "ticket_over", "ticket-over", "The ticket is over"),
        /** A body is larger than it may be. */
        TOO_LARGE(413, 413, "request_too_large", "request-too-large", "The body is too large"),
        /** A header field is longer than it may be. */
        HEADER_TOO_LARGE(431, 431, "header_too_large", "header-too-large", "A header field is too long"),
        /** The application failed after the answer had begun. */
        UPSTREAM_FAILED(502, 502, "upstream_error", "upstream-error", "The backend failed");

        private final int status;
        private final int anthropicStatus;
        private final String code;
        private final String reason;
        private final String title;

        Kind(int status, int anthropicStatus, String code, String reason, String title) {
            this.status = status;
            this.anthropicStatus = anthropicStatus;
            this.code = code;
            this.reason = reason;
            this.title = title;
        }

        /** The HTTP status that clients of a dialect are given. */
        public int status(Dialect dialect) {
            return dialect == Dialect.ANTHROPIC ? anthropicStatus : status;
        }

        /** The stable name in {@code error.code}, unless the problem has its own. */
        public String code() {
            return code;
        }

        /** The stable token in {@code Queue-Reject-Reason}. */
        public String reason() {
            return reason;
        }

        /** What it is, in a few words. */
        public String title() {
            return title;
        }
    }
}
