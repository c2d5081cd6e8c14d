// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Lease;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import java.util.concurrent.atomic.AtomicReferenceFieldUpdater;
import org.jspecify.annotations.Nullable;

/**
 * How a wait ends: set once, by whoever comes first. The pool may come before the wait itself has begun. A lease that
 * comes too late is closed at once, so a client that is gone is never let in. Safe from any thread.
 */
final class Verdict implements Waiter {
    private static final AtomicReferenceFieldUpdater<Verdict, @Nullable Object> OUTCOME =
            AtomicReferenceFieldUpdater.newUpdater(Verdict.class, Object.class, "outcome");

    private volatile @Nullable Object outcome;
    private volatile @Nullable Wait wait;

    /** Who is told; must look at {@link #outcome()} afterwards, because it may be there already. */
    void tells(Wait wait) {
        this.wait = wait;
    }

    @Nullable Object outcome() {
        return outcome;
    }

    /** Sets the outcome and tells; false if there is one already. */
    boolean set(Object how) {
        if (!OUTCOME.compareAndSet(this, null, how)) {
            return false;
        }
        Wait told = wait;
        if (told != null) {
            told.decided();
        }
        return true;
    }

    @Override
    public void admitted(Lease lease) {
        if (!set(lease)) {
            lease.close();
        }
    }

    @Override
    public void refused(Refusal refusal) {
        set(refusal);
    }
}
