// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Whether a database was reached when it was last tried. When it took long to find out that it cannot be, one caller
 * tries again now and then, and the others are told so at once instead of waiting as long. Safe from any thread.
 */
final class Reachability {
    /** A failure that came quicker than this costs nothing to meet again. */
    static final Duration SLOW = Duration.ofSeconds(1);

    /** For so long nobody tries again. */
    static final Duration REST = Duration.ofSeconds(1);

    private final LongSupplier nanos;
    private final AtomicBoolean isTried = new AtomicBoolean();
    private volatile @Nullable Failure last;

    private record Failure(String reason, long at) {}

    Reachability(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /**
     * Begins to reach it; to be followed by {@link Attempt#end} whatever happens.
     *
     * @throws IllegalStateException with the last failure, if it is of no use to try at the moment
     */
    Attempt begin() {
        long now = nanos.getAsLong();
        Failure known = last;
        if (known == null) {
            return new Attempt(null, now, false);
        }
        if (now - known.at() < REST.toNanos() || !isTried.compareAndSet(false, true)) {
            throw new IllegalStateException(known.reason());
        }
        return new Attempt(known, now, true);
    }

    /** One caller's attempt, by one thread. */
    final class Attempt {
        private final @Nullable Failure known;
        private final long since;
        private final boolean isOnly;
        private boolean isReached;

        private Attempt(@Nullable Failure known, long since, boolean isOnly) {
            this.known = known;
            this.since = since;
            this.isOnly = isOnly;
        }

        /** It was reached; how long what is done there takes says nothing about that any more. */
        void succeeded() {
            isReached = true;
            last = null;
        }

        /**
         * Looks whether another has found out meanwhile.
         *
         * @throws IllegalStateException with its failure
         */
        @SuppressWarnings("ReferenceEquality") // this very failure, not one that reads the same
        void goOn() {
            Failure now = last;
            if (now != null && !now.equals(known)) {
                throw new IllegalStateException(now.reason());
            }
        }

        /** It could not be reached, or broke: only the first keeps the others from trying. */
        void failed(String reason) {
            if (isReached) {
                return;
            }
            long now = nanos.getAsLong();
            if (now - since >= SLOW.toNanos()) {
                last = new Failure(reason, now);
            }
        }

        void end() {
            if (isOnly) {
                isTried.set(false);
            }
        }
    }
}
