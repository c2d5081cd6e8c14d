// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.QueueStatus;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where all of this node's stand, asked together and kept for a moment: a thousand who want to know cost one question.
 * Safe from any thread.
 */
final class StandingCache {
    /** A queue this short is asked for whenever something has changed; a longer one at most so often. */
    private static final int ALWAYS_ASKED = 256;

    private static final long FRESH_NANOS = Duration.ofMillis(250).toNanos();

    private @Nullable Places known;
    private long knownAt;
    private @Nullable CompletableFuture<Places> asked;
    private long askedAt;

    /** The standings at one moment. */
    record Places(Result.Places places, long nanos) {
        @Nullable QueueStatus of(long ticket, long nowNanos) {
            QueueStatus status = places.byTicket().get(ticket);
            if (status == null) {
                return null;
            }
            return new QueueStatus(
                    status.position(),
                    status.initialPosition(),
                    status.depth(),
                    status.estimate(),
                    status.waited().plusNanos(Math.max(0, nowNanos - nanos)),
                    status.limit());
        }
    }

    /** What is known, if it is fresh enough after so many changes. */
    synchronized @Nullable Places fresh(long changes, int waiting, long nowNanos) {
        Places places = known;
        if (places == null || nowNanos - places.nanos() >= FRESH_NANOS) {
            return null;
        }
        return knownAt == changes || waiting > ALWAYS_ASKED ? places : null;
    }

    /** Asks, or waits with another who asks already. */
    Places ask(long changes, Supplier<Places> question) {
        CompletableFuture<Places> mine;
        boolean isFirst;
        synchronized (this) {
            isFirst = asked == null || askedAt != changes;
            mine = isFirst || asked == null ? new CompletableFuture<>() : asked;
            asked = mine;
            askedAt = changes;
        }
        if (isFirst) {
            answer(mine, changes, question);
        }
        return mine.join();
    }

    @SuppressWarnings("ReferenceEquality") // this very question
    private void answer(CompletableFuture<Places> mine, long changes, Supplier<Places> question) {
        try {
            Places places = question.get();
            synchronized (this) {
                known = places;
                knownAt = changes;
                asked = asked == mine ? null : asked;
            }
            mine.complete(places);
        } catch (RuntimeException e) {
            synchronized (this) {
                asked = asked == mine ? null : asked;
            }
            mine.completeExceptionally(e);
        }
    }
}
