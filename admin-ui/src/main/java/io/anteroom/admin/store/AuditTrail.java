// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.util.List;

/** What was done, and by whom. Entries are added, and forgotten when they are too old; never changed. Thread-safe. */
public interface AuditTrail {
    /** How many entries a page has at most. */
    int MOST_PER_PAGE = 200;

    /**
     * Adds an entry.
     *
     * @throws io.anteroom.settings.StoreException if it cannot be written
     */
    void add(AuditEntry entry);

    /**
     * What there is, newest first.
     *
     * @param before only entries with a smaller id
     * @param most at most so many, from 1 to {@value #MOST_PER_PAGE}
     */
    List<AuditEntry> page(AuditFilter filter, long before, int most);
}
