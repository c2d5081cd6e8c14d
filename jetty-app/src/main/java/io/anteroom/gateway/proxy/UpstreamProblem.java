// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import io.anteroom.gateway.config.UpstreamGroup.Cause;
import io.anteroom.gateway.upstream.Journey;
import io.anteroom.protocol.Problem;
import io.anteroom.protocol.Problem.Kind;
import io.anteroom.protocol.RetryAfter;
import java.io.IOException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import org.eclipse.jetty.http.HttpException;
import org.jspecify.annotations.Nullable;

/** What can go wrong with a backend, and how the client is told: the cause by name, nothing of the inside. */
enum UpstreamProblem {
    UNREACHABLE(502, "upstream_unreachable", "The backend does not accept connections."),
    NAME_UNKNOWN(502, "upstream_name_unknown", "The backend's host name has no address."),
    CONNECT_TIMEOUT(
            504,
            "upstream_connect_timeout",
            "The backend did not accept a connection in time, or its host name was not resolved in time."),
    FIRST_BYTE_TIMEOUT(504, "upstream_first_byte_timeout", "The backend did not begin to answer in time."),
    IDLE_TIMEOUT(504, "upstream_idle_timeout", "The backend stopped in the middle of its answer."),
    TOTAL_TIMEOUT(504, "upstream_total_timeout", "The backend did not finish its answer in time."),
    CLOSED(502, "upstream_closed", "The backend closed the connection before its answer was complete."),
    BAD_ANSWER(502, "upstream_bad_answer", "The backend's answer is not valid HTTP."),
    FAILED(502, "upstream_failed", "The request could not be passed to the backend."),
    SHUTTING_DOWN(503, "shutting_down", "The server is shutting down.");

    /** The same as who waits in the queue is told. */
    private static final Problem STOPPED =
            new Problem(Kind.SHUTTING_DOWN, SHUTTING_DOWN.message, Duration.ofSeconds(1), null);

    private final int status;
    private final String code;
    private final String message;

    UpstreamProblem(int status, String code, String message) {
        this.status = status;
        this.code = code;
        this.message = message;
    }

    /** Ends an exchange from our side. */
    static final class Ended extends IOException {
        private static final long serialVersionUID = 1L;

        private final UpstreamProblem problem;

        Ended(UpstreamProblem problem) {
            super(problem.code);
            this.problem = problem;
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /** All that was tried is busy. */
    static final class Busy extends IOException {
        private static final long serialVersionUID = 1L;

        private final int status;
        private final Duration retryAfter;

        Busy(int status, Duration retryAfter) {
            super("upstream_busy");
            this.status = status;
            this.retryAfter = retryAfter;
        }

        private Problem told() {
            Duration back = retryAfter.isZero() ? Duration.ofSeconds(1) : retryAfter;
            String message = "The backends are busy: the last one answered " + status + ". Please try again in "
                    + RetryAfter.headerSeconds(back) + "s.";
            return new Problem(Kind.UPSTREAM_FAILED, message, back, null, 503, "upstream_busy");
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /** There is no backend to go to. */
    static final class Nowhere extends IOException {
        private static final long serialVersionUID = 1L;

        private final boolean isModelUnknown;
        private final Duration retryAfter;

        Nowhere(Journey.Nowhere nowhere) {
            super("no_upstream");
            this.isModelUnknown = nowhere.isModelUnknown();
            this.retryAfter = nowhere.retryAfter();
        }

        private Problem told() {
            if (isModelUnknown) {
                return new Problem(
                        Kind.NOT_FOUND,
                        "No backend serves the model that the request names.",
                        null,
                        null,
                        404,
                        "model_not_found");
            }
            String message = "No backend is available: each is down, drained, or left alone because it failed. "
                    + "Please try again in " + RetryAfter.headerSeconds(retryAfter) + "s.";
            return new Problem(Kind.NO_UPSTREAM, message, retryAfter, null);
        }

        @Override
        public synchronized Throwable fillInStackTrace() {
            return this;
        }
    }

    /** Why a try has failed that was answered with this status; null if that is an answer like any other. */
    static @Nullable Cause cause(int status) {
        return switch (status) {
            case 429, 503, 529 -> Cause.BUSY;
            case 500, 502, 504 -> Cause.FAILED;
            default -> null;
        };
    }

    /**
     * Whether an answer says that the backend is not well, whoever gets it: 501 and 505 are about what was asked, which
     * clients choose.
     */
    static boolean isFailure(int status) {
        return status >= 500 && status != 501 && status != 505;
    }

    /** Why a try has failed in this way; null if there is no other. */
    @Nullable Cause cause(boolean wasConnected) {
        return switch (this) {
            case UNREACHABLE, NAME_UNKNOWN, CONNECT_TIMEOUT -> Cause.CONNECT;
            case FIRST_BYTE_TIMEOUT, IDLE_TIMEOUT -> Cause.TIMEOUT;
            case TOTAL_TIMEOUT, SHUTTING_DOWN -> null;
            case CLOSED, BAD_ANSWER, FAILED -> wasConnected ? Cause.CLOSED : Cause.CONNECT;
        };
    }

    String code() {
        return code;
    }

    static UpstreamProblem of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof Ended ended) {
                return ended.problem;
            }
            if (cause instanceof HttpException) {
                return BAD_ANSWER;
            }
            if (cause instanceof SocketTimeoutException) {
                return CONNECT_TIMEOUT;
            }
            if (cause instanceof UnknownHostException || cause instanceof UnresolvedAddressException) {
                return NAME_UNKNOWN;
            }
            if (cause instanceof java.net.ConnectException) {
                return UNREACHABLE;
            }
        }
        boolean closed = failure instanceof ClosedChannelException || failure instanceof IOException;
        return closed ? CLOSED : FAILED;
    }

    /** A failure in the words of the protocol, which every dialect has its form for. */
    static Problem told(Throwable failure) {
        if (failure instanceof Busy busy) {
            return busy.told();
        }
        if (failure instanceof Nowhere nowhere) {
            return nowhere.told();
        }
        UpstreamProblem problem = of(failure);
        if (problem == SHUTTING_DOWN) {
            return STOPPED;
        }
        return Problem.ofUpstream(problem.status, problem.code, problem.message);
    }
}
