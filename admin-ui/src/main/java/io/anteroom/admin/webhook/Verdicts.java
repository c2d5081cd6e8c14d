// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.admin.store.Database;
import io.anteroom.admin.webhook.Outbox.Claim;
import io.anteroom.admin.webhook.Outbox.Outcome;
import io.anteroom.event.Notice;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.jdbi.v3.core.Handle;
import org.jspecify.annotations.Nullable;

/** Decides what becomes of a delivery and of its webhook after an attempt, and writes it down. */
final class Verdicts {
    /** A webhook that has failed for so long is switched off. */
    static final Duration PATIENCE = Duration.ofDays(5);

    private static final int LONGEST_REMARK = 500;

    private final Database database;
    private final RandomGenerator random;

    Verdicts(Database database, RandomGenerator random) {
        this.database = database;
        this.random = random;
    }

    /**
     * An attempt that is over.
     *
     * @param url where it was sent
     */
    record Finished(Claim claim, String url, Instant at, Answer answer) {}

    /**
     * Writes an attempt down; answers the notice that is due if it made its webhook be switched off, or else null.
     *
     * @param isItsOwn whether the webhook of that name is still the one that answered: for or against another the
     *     answer counts nothing
     */
    @Nullable Notice settle(Finished finished, boolean isItsOwn, Instant now) {
        return Again.ifTaken(() -> database.inTransaction("writing down a delivery", handle -> {
            Claim claim = finished.claim();
            Answer answer = finished.answer();
            Delivery.Attempt attempt = new Delivery.Attempt(
                    finished.at(), answer.took().toMillis(), answer.status(), cut(answer.error()), answer.snippet());
            Outbox.record(handle, claim, attempt, outcome(claim, answer, now));
            if (!isItsOwn) {
                return null;
            }
            if (answer.isSuccess()) {
                Troubles.succeeded(handle, claim.webhook());
                return null;
            }
            if (isTest(claim) && !answer.isGone()) {
                Troubles.triedInVain(handle, claim.webhook(), now, cut(answer.text()));
                return null;
            }
            return troubled(handle, claim.webhook(), answer, now);
        }));
    }

    private Outcome outcome(Claim claim, Answer answer, Instant now) {
        if (answer.isSuccess()) {
            return new Outcome(Outbox.DELIVERED, claim.tries() + 1, now, cut(answer.text()));
        }
        int tries = claim.tries() + 1;
        if (answer.isGone()) {
            return new Outcome(Outbox.FAILED, tries, now, "status 410, nothing more is wanted");
        }
        if (isTest(claim)) {
            return new Outcome(Outbox.FAILED, tries, now, cut(answer.text()));
        }
        Duration pause = RetrySchedule.pause(tries, answer.retryAfter(), random);
        return pause == null
                ? new Outcome(Outbox.FAILED, tries, now, cut(answer.text() + ", the last of " + tries + " attempts"))
                : new Outcome(Outbox.WAITING, tries, now.plus(pause), cut(answer.text()));
    }

    private static boolean isTest(Claim claim) {
        return claim.event().type().equals(Notice.WEBHOOK_TEST);
    }

    private static @Nullable Notice troubled(Handle handle, String webhook, Answer answer, Instant now) {
        Instant since = Troubles.failed(handle, webhook, now, cut(answer.text()));
        boolean isHopeless = Duration.between(since, now).compareTo(PATIENCE) >= 0;
        if (!answer.isGone() && !isHopeless) {
            return null;
        }
        String reason = answer.isGone()
                ? "it answered 410, nothing more is wanted"
                : "it has failed for " + PATIENCE.toDays() + " days, at last with: " + answer.text();
        if (!Troubles.switchOff(handle, webhook, now, cut(reason))) {
            return null;
        }
        return new Notice(
                Notice.WEBHOOK_DISABLED,
                webhook,
                Map.of("webhook", webhook, "reason", cut(reason), "failing_since", since.toString()));
    }

    private static String cut(String text) {
        String clean = text.replace('\0', ' ');
        return clean.length() <= LONGEST_REMARK ? clean : clean.substring(0, LONGEST_REMARK);
    }
}
