// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.ArrayList;
import java.util.List;

/** Remembers what it was told. */
public final class RecordingWaiter implements Waiter {
    /** The leases that it was given. */
    public final List<Lease> leases = new ArrayList<>();

    /** The refusals that it was given. */
    public final List<Refusal> refusals = new ArrayList<>();

    @Override
    public void admitted(Lease lease) {
        leases.add(lease);
    }

    @Override
    public void refused(Refusal refusal) {
        refusals.add(refusal);
    }

    /** How often it was told anything. */
    public int told() {
        return leases.size() + refusals.size();
    }

    /** The only lease. */
    public Lease lease() {
        if (told() != 1 || leases.isEmpty()) {
            throw new AssertionError("expected one lease, got " + leases + " and " + refusals);
        }
        return leases.get(0);
    }

    /** The reason of the only refusal. */
    public Refusal.Code code() {
        if (told() != 1 || refusals.isEmpty()) {
            throw new AssertionError("expected one refusal, got " + leases + " and " + refusals);
        }
        return refusals.get(0).code();
    }
}
