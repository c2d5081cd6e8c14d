// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import java.util.List;

/** A log that is looked after by those who write into it, for hosts that look after nothing. Thread-safe. */
public final class KeptTrail implements AuditTrail {
    private final AuditLog log;
    private final AuditUpkeep upkeep;

    /** A log and what looks after it. */
    public KeptTrail(AuditLog log, AuditUpkeep upkeep) {
        this.log = log;
        this.upkeep = upkeep;
    }

    @Override
    public void add(AuditEntry entry) {
        log.add(entry);
        upkeep.look();
    }

    @Override
    public List<AuditEntry> page(AuditFilter filter, long before, int most) {
        return log.page(filter, before, most);
    }
}
