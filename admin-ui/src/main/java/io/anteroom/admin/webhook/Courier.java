// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.admin.webhook.Outbox.Addressed;
import io.anteroom.admin.webhook.Outbox.Claim;
import io.anteroom.admin.webhook.Verdicts.Finished;
import io.anteroom.event.Notice;
import io.anteroom.event.NoticeListener;
import io.anteroom.webhook.WebhookSettings;
import java.lang.System.Logger.Level;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is done round after round: notices are stored, what is due is sent, answers are written down, what is old is
 * forgotten. All but the sending itself happens on the one thread that calls {@link #round}.
 */
final class Courier {
    private static final System.Logger LOG = System.getLogger(Courier.class.getName());
    private static final int BATCH = 100;
    private static final int MOST_AT_ONCE = 32;
    private static final int MOST_EVENTS = 100_000;
    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration COUNTED_EVERY = Duration.ofSeconds(5);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration DAY = Duration.ofDays(1);

    private final Setup setup;
    private final Gone gone;
    private final Handover handover;
    private final Runnable wake;
    private final SecureRandom random = new SecureRandom();
    private final Queue<Finished> finished = new ConcurrentLinkedQueue<>();
    private final Map<String, Integer> underWay = new HashMap<>();
    private List<Addressed> toStore = new ArrayList<>();
    private final Map<String, WebhookFigures> figures = new ConcurrentHashMap<>();
    private Instant tidied = Instant.EPOCH;
    private Instant counted = Instant.EPOCH;
    private volatile @Nullable String trouble;

    /**
     * What it works with.
     *
     * @param webhooks who is told now
     * @param sending sends one delivery
     * @param notices told when a webhook is switched off
     * @param source where events come from
     * @param perWebhook how many deliveries to one webhook are under way at most
     * @param lease how long a delivery is ours; longer than any attempt takes
     * @param kept how long events are kept
     */
    record Setup(
            Supplier<Map<String, WebhookSettings>> webhooks,
            Outbox outbox,
            Troubles troubles,
            Secrets secrets,
            Verdicts verdicts,
            Function<Sender.Post, CompletableFuture<Answer>> sending,
            NoticeListener notices,
            InstantSource clock,
            String source,
            int perWebhook,
            Duration lease,
            Duration kept) {}

    Courier(Setup setup, Handover handover, Runnable wake) {
        this.setup = setup;
        this.gone = new Gone(setup.troubles(), setup.secrets(), setup.outbox());
        this.handover = handover;
        this.wake = wake;
    }

    /** What is the matter with the database, or null. */
    @Nullable String trouble() {
        return trouble;
    }

    /** How the deliveries to each webhook go. */
    Map<String, WebhookFigures> figures() {
        return Map.copyOf(figures);
    }

    /** One round; answers when the next is to be, unless something happens before. */
    Duration round() {
        try {
            Map<String, WebhookSettings> known = setup.webhooks().get();
            writeDown(known);
            gone.look(known, setup.clock().instant());
            if (known.isEmpty()) {
                // Nobody is told: no database is needed.
                handover.clear();
                figures.clear();
                well();
                return SECOND;
            }
            Map<String, WebhookSettings> active = active(known);
            store(active);
            Duration next = send(active);
            tidy(known, active);
            count(known);
            well();
            return next;
        } catch (Throwable e) {
            // Errors, too: nobody else would send anything any more.
            troubled(e);
            return SECOND;
        }
    }

    /** What is left to do before the end: nothing is sent any more. */
    void last() {
        try {
            Map<String, WebhookSettings> known = setup.webhooks().get();
            writeDown(known);
            if (!known.isEmpty()) {
                store(active(known));
            }
        } catch (Throwable e) {
            troubled(e);
        }
    }

    private Map<String, WebhookSettings> active(Map<String, WebhookSettings> known) {
        Map<String, WebhookSettings> active = new LinkedHashMap<>(known);
        active.values().removeIf(webhook -> !webhook.enabled());
        setup.troubles().all().forEach((name, trouble) -> {
            if (trouble.off() != null) {
                active.remove(name);
            }
        });
        return active;
    }

    private void writeDown(Map<String, WebhookSettings> known) {
        Finished next = finished.peek();
        while (next != null) {
            WebhookSettings webhook = known.get(next.claim().webhook());
            boolean isItsOwn = webhook != null && webhook.url().equals(next.url());
            Notice off = setup.verdicts().settle(next, isItsOwn, setup.clock().instant());
            finished.poll();
            underWay.merge(next.claim().webhook(), -1, Integer::sum);
            boolean isSuccess = next.answer().isSuccess();
            figures.computeIfPresent(next.claim().webhook(), (name, before) -> before.attempted(isSuccess));
            if (off != null) {
                LOG.log(
                        Level.WARNING,
                        "Webhook {0} was switched off: {1}",
                        off.subject(),
                        off.facts().get("reason"));
                setup.notices().on(off);
            }
            next = finished.peek();
        }
    }

    private void store(Map<String, WebhookSettings> active) {
        while (true) {
            if (toStore.isEmpty()) {
                List<Handover.Taken> taken = handover.drain(BATCH);
                if (taken.isEmpty()) {
                    return;
                }
                toStore = addressed(taken, active);
            }
            if (!toStore.isEmpty()) {
                // With the same ids again if it fails.
                setup.outbox().append(toStore);
                toStore = new ArrayList<>();
            }
        }
    }

    private List<Addressed> addressed(List<Handover.Taken> taken, Map<String, WebhookSettings> active) {
        List<Addressed> addressed = new ArrayList<>();
        for (Handover.Taken one : taken) {
            List<String> webhooks = active.entrySet().stream()
                    .filter(webhook -> webhook.getValue().wants(one.notice()))
                    .map(Map.Entry::getKey)
                    .filter(name -> !isOfItself(one.notice(), name))
                    .toList();
            if (!webhooks.isEmpty()) {
                addressed.add(new Addressed(WebhookEvent.of(one.notice(), one.at(), setup.source(), random), webhooks));
            }
        }
        return addressed;
    }

    /** One that was switched off is not told so itself, even if it is on again before the others are told. */
    private static boolean isOfItself(Notice notice, String webhook) {
        return notice.type().equals(Notice.WEBHOOK_DISABLED) && notice.subject().equals(webhook);
    }

    private Duration send(Map<String, WebhookSettings> active) {
        Instant now = setup.clock().instant();
        Duration next = SECOND;
        Map<String, Instant> due = setup.outbox().due(active.keySet());
        for (Map.Entry<String, Instant> one : due.entrySet()) {
            String name = one.getKey();
            WebhookSettings webhook = active.get(name);
            int room = Math.min(setup.perWebhook() - underWay(name), MOST_AT_ONCE - underWay());
            if (webhook == null || room <= 0) {
                continue;
            }
            Duration until = Duration.between(now, one.getValue());
            if (until.isNegative() || until.isZero()) {
                // Before anything is taken: if the database fails here, nothing waits for the end of a lease.
                Signing signing = signing(name, now);
                List<Claim> claims = setup.outbox().claim(name, room, now, setup.lease());
                claims.forEach(claim -> send(claim, webhook, signing, now));
                until = SOON;
            }
            next = until.compareTo(next) < 0 ? until : next;
        }
        return next;
    }

    /** What a delivery is signed with, or why it cannot be. */
    private record Signing(List<SigningSecret> secrets, String problem) {}

    private Signing signing(String webhook, Instant now) {
        try {
            return new Signing(setup.secrets().signing(webhook, now), "");
        } catch (Secrets.Unreadable e) {
            return new Signing(List.of(), e.problem());
        }
    }

    private void send(Claim claim, WebhookSettings webhook, Signing signing, Instant now) {
        underWay.merge(claim.webhook(), 1, Integer::sum);
        CompletableFuture<Void> unused = answer(claim, webhook, signing, now).thenAccept(done -> {
            finished.add(new Finished(claim, webhook.url(), now, done));
            wake.run();
        });
    }

    /** What it comes to. Whatever is thrown here is an attempt that failed: it has its end, and is made again. */
    private CompletableFuture<Answer> answer(Claim claim, WebhookSettings webhook, Signing signing, Instant now) {
        if (!signing.problem().isEmpty()) {
            return CompletableFuture.completedFuture(Answer.failed(signing.problem(), Duration.ZERO));
        }
        try {
            WebhookEvent event = claim.event();
            Payload payload = Payload.of(event, webhook.format());
            String signature = SigningSecret.signatures(signing.secrets(), event.id(), now, payload.body());
            return setup.sending()
                    .apply(new Sender.Post(webhook.uri(), event.id(), now, signature, payload))
                    .exceptionally(Courier::unsent);
        } catch (Throwable e) {
            return CompletableFuture.completedFuture(unsent(e));
        }
    }

    private static Answer unsent(Throwable e) {
        LOG.log(Level.WARNING, "A webhook could not be sent; it is tried again", e);
        return Answer.failed("it could not be sent from here; the log says why", Duration.ZERO);
    }

    private int underWay(String webhook) {
        return underWay.getOrDefault(webhook, 0);
    }

    private int underWay() {
        return underWay.values().stream().mapToInt(Integer::intValue).sum();
    }

    private void tidy(Map<String, WebhookSettings> known, Map<String, WebhookSettings> active) {
        Instant now = setup.clock().instant();
        if (tidied.plus(MINUTE).isAfter(now)) {
            return;
        }
        tidied = now;
        setup.outbox().giveUp(known.keySet(), active.keySet(), now.minus(DAY));
        int waiting = setup.outbox().forget(now.minus(setup.kept()), MOST_EVENTS);
        if (waiting > 0) {
            LOG.log(Level.WARNING, "Deliveries of webhooks were forgotten before they succeeded: {0}", waiting);
        }
        gone.tidy(known.keySet(), now);
        underWay.values().removeIf(count -> count == 0);
    }

    /** There are as many figures as there are webhooks. */
    private void count(Map<String, WebhookSettings> known) {
        Instant now = setup.clock().instant();
        if (counted.plus(COUNTED_EVERY).isAfter(now) && figures.keySet().equals(known.keySet())) {
            return;
        }
        counted = now;
        figures.keySet().retainAll(known.keySet());
        Map<String, Long> waiting = setup.outbox().waiting();
        Map<String, Troubles.Trouble> troubles = setup.troubles().all();
        for (String name : known.keySet()) {
            Troubles.Trouble its = troubles.get(name);
            boolean isOff = its != null && its.off() != null;
            figures.compute(
                    name,
                    (same, before) -> (before == null ? WebhookFigures.NONE : before)
                            .standing(waiting.getOrDefault(name, 0L), isOff));
        }
    }

    private void well() {
        if (trouble != null) {
            trouble = null;
            LOG.log(Level.INFO, "Webhooks can be stored again");
        }
    }

    private void troubled(Throwable e) {
        boolean isNew = trouble == null;
        trouble = e.getMessage() == null ? e.toString() : e.getMessage();
        if (isNew) {
            LOG.log(
                    Level.ERROR,
                    "Webhooks cannot be stored; requests go on, and newer notices take the place of"
                            + " older ones if this lasts",
                    e);
        }
    }
}
