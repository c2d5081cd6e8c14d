// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.settings.StoreException;
import java.sql.SQLException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A transaction that is tried again if another server inserted the same row in between. */
final class Again {
    private static final String UNIQUE_VIOLATION = "23505";
    private static final int DEEPEST_CAUSE = 20;

    private Again() {}

    static <T extends @Nullable Object> T ifTaken(Supplier<T> transaction) {
        try {
            return transaction.get();
        } catch (StoreException e) {
            if (!isTaken(e)) {
                throw e;
            }
            // The row is there now.
            return transaction.get();
        }
    }

    private static boolean isTaken(Throwable e) {
        Throwable cause = e;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            if (cause instanceof SQLException sql && UNIQUE_VIOLATION.equals(sql.getSQLState())) {
                return true;
            }
            cause = cause.getCause();
        }
        return false;
    }
}
