// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.access;

import io.anteroom.admin.store.AccessStore;
import io.anteroom.admin.store.AuditEntry.Outcome;
import io.anteroom.admin.store.StoredSession;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;

/** What somebody can see and do about their own sessions. Safe from any thread. */
public final class Sessions {
    /** So many characters of a hash tell two sessions apart. */
    private static final int LEAST_OF_HASH = 16;

    private final AccessStore store;
    private final AccessSettings settings;
    private final Auditor auditor;
    private final InstantSource clock;

    Sessions(AccessStore store, AccessSettings settings, Auditor auditor, InstantSource clock) {
        this.store = store;
        this.settings = settings;
        this.auditor = auditor;
        this.clock = clock;
    }

    /** Those of somebody that are not over, the newest first. */
    public List<StoredSession> of(Principal principal) {
        Instant now = clock.instant();
        return store.sessions(principal.user()).stream()
                .filter(session -> !settings.isOver(session, now))
                .toList();
    }

    /**
     * Ends one of somebody's own.
     *
     * @param beginning of its hash, at least {@value #LEAST_OF_HASH} characters
     * @return false if there is no such session of theirs
     */
    public boolean end(HttpServletRequest request, Principal principal, String beginning) {
        StoredSession ended = store.sessions(principal.user()).stream()
                .filter(session -> session.hash().startsWith(beginning))
                .findFirst()
                .orElse(null);
        if (ended == null || beginning.length() < LEAST_OF_HASH) {
            return false;
        }
        store.removeSession(ended.hash());
        String detail = "from " + ended.address();
        auditor.add(principal, source(request), "session.end", principal.user(), detail, Outcome.DONE);
        return true;
    }

    private Source source(HttpServletRequest request) {
        return Source.of(request, settings.proxies());
    }

    /** Ends all of somebody's but the one that asks for it. */
    public void endOthers(HttpServletRequest request, Principal principal) {
        store.removeSessions(principal.user(), principal.id());
        auditor.add(principal, source(request), "session.end-others", principal.user(), "", Outcome.DONE);
    }
}
