// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.admission.Admission;
import io.anteroom.admission.Lease;
import io.anteroom.admission.Pool;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Ticket;
import io.anteroom.admission.Waiter;
import java.util.ArrayList;
import java.util.List;

/** Drives a pool through full and empty before it is measured. */
final class Filling {
    /** Gives back at once whatever it gets. */
    static final Waiter NOBODY = new Waiter() {
        @Override
        public void admitted(Lease lease) {
            lease.close();
        }

        @Override
        public void refused(Refusal refusal) {
            // nothing was held
        }
    };

    private Filling() {}

    static void fillAndEmpty(Pool pool, AdmitReleaseBenchmark.Asking asking, int requests) {
        List<Admission> answers = new ArrayList<>();
        for (int i = 0; i < requests; i++) {
            answers.add(pool.offer(asking.next(), NOBODY));
        }
        for (Admission answer : answers) {
            if (answer instanceof Lease lease) {
                lease.close();
            } else if (answer instanceof Ticket ticket) {
                ticket.abandon();
            }
        }
    }
}
