// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.admin.store.BudgetLedger;
import io.anteroom.admin.store.Database;
import io.anteroom.rate.BudgetBook;
import io.anteroom.settings.StoreException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Keeps what has been used of budgets, as long as there is where; otherwise it counts on in memory. One thread. */
final class BudgetKeeper {
    private static final System.Logger LOG = System.getLogger(BudgetKeeper.class.getName());

    private final @Nullable BudgetLedger ledger;
    private boolean isTroubled;

    BudgetKeeper(@Nullable Database database, BudgetBook book) {
        ledger = database == null ? null : new BudgetLedger(database, book, InstantSource.system());
    }

    void tick() {
        if (ledger == null) {
            return;
        }
        try {
            ledger.sync();
            if (isTroubled) {
                LOG.log(Level.WARNING, "what is used of budgets is kept again");
            }
            isTroubled = false;
        } catch (StoreException e) {
            if (!isTroubled) {
                LOG.log(Level.ERROR, "what is used of budgets is not kept; it is tried again", e);
            }
            isTroubled = true;
        }
    }
}
