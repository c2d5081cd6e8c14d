// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.webhook.WebhookSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Sees which webhooks are removed or go elsewhere, and has forgotten what is known of the old ones: another of the same
 * name begins anew. Used by one thread.
 */
final class Gone {
    /** Made within so long before the removal is seen, a secret may be that of the next of this name. */
    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** Another server may know a webhook before this one does. */
    private static final Duration HOUR = Duration.ofHours(1);

    private static final Duration DAY = Duration.ofDays(1);

    private final Troubles troubles;
    private final Secrets secrets;
    private final Outbox outbox;
    private Map<String, WebhookSettings> before = Map.of();
    /** When the removal was seen; the next of that name may be there by the time that the database is. */
    private final Map<String, Instant> removed = new HashMap<>();

    private final Set<String> moved = new HashSet<>();
    private final Map<String, Instant> unknownSince = new HashMap<>();

    Gone(Troubles troubles, Secrets secrets, Outbox outbox) {
        this.troubles = troubles;
        this.secrets = secrets;
        this.outbox = outbox;
    }

    /** Looks at the webhooks of now; what cannot be forgotten at the moment is the next time. */
    void look(Map<String, WebhookSettings> known, Instant now) {
        before.forEach((name, old) -> {
            WebhookSettings webhook = known.get(name);
            if (webhook == null) {
                removed.put(name, now);
            } else if (!webhook.url().equals(old.url())) {
                moved.add(name);
            }
        });
        before = Map.copyOf(known);
        Map.copyOf(removed).forEach((name, seen) -> {
            outbox.giveUpRemoved(name, seen);
            secrets.forget(name, seen.minus(MINUTE));
            moved.add(name);
            removed.remove(name);
        });
        for (String name : Set.copyOf(moved)) {
            boolean unused = troubles.forget(name);
            moved.remove(name);
        }
    }

    /** Forgets what belongs to webhooks that were removed while nobody looked. */
    void tidy(Set<String> known, Instant now) {
        Set<String> unknown = new HashSet<>(secrets.all());
        unknown.addAll(troubles.all().keySet());
        unknown.removeAll(known);
        unknownSince.keySet().retainAll(unknown);
        unknown.forEach(name -> unknownSince.putIfAbsent(name, now));
        unknownSince.forEach((name, since) -> {
            if (!since.plus(HOUR).isAfter(now)) {
                secrets.forget(name, now.minus(DAY));
                boolean unused = troubles.forget(name);
            }
        });
    }
}
