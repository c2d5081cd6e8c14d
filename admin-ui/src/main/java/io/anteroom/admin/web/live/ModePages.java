// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.WaitingTicket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Holding, resuming, draining and closing a pool: what it would do, and what it has done, in numbers. */
final class ModePages {
    private static final String SEEN = "seen";
    private static final Duration SOON = Duration.ofMinutes(1);

    private final LiveSources sources;
    private final Backlog backlog;

    private enum Verb {
        HOLD("hold", PoolMode.HOLDING),
        RESUME("resume", PoolMode.OPEN),
        DRAIN("drain", PoolMode.DRAINING),
        REJECT("reject", PoolMode.CLOSED);

        private final String id;
        private final PoolMode mode;

        Verb(String id, PoolMode mode) {
            this.id = id;
            this.mode = mode;
        }
    }

    ModePages(LiveSources sources, Backlog backlog) {
        this.sources = sources;
        this.backlog = backlog;
    }

    void addTo(Site.Builder site) {
        for (Verb verb : Verb.values()) {
            String path = "/pools/{pool}/" + verb.id;
            site.get(path, Role.OPERATOR, request -> ask(PoolPages.pool(sources, request), verb));
            site.post(path, Role.OPERATOR, request -> change(request, verb));
        }
    }

    private Answer.View ask(Pool pool, Verb verb) {
        PoolSnapshot now = pool.snapshot();
        String path = "/pools/" + Urls.encode(pool.name());
        Confirm model = new Confirm(
                path,
                pool.name(),
                title(verb, pool.name()),
                effect(verb, now),
                points(verb, pool, now),
                List.of(),
                List.of(new Confirm.Hidden(SEEN, String.valueOf(now.waiting()))),
                path + "/" + verb.id,
                button(verb, now),
                verb == Verb.REJECT);
        return Answer.view("live/confirm", title(verb, pool.name()), LivePages.OVERVIEW, model);
    }

    private static String title(Verb verb, String pool) {
        return switch (verb) {
            case HOLD -> "Hold the pool " + pool + "?";
            case RESUME -> "Resume the pool " + pool + "?";
            case DRAIN -> "Drain the pool " + pool + "?";
            case REJECT -> "Reject all that wait in " + pool + ", and all newcomers?";
        };
    }

    private static String button(Verb verb, PoolSnapshot now) {
        return switch (verb) {
            case HOLD -> "Hold " + Words.requests(now.waiting());
            case RESUME -> "Resume";
            case DRAIN -> "Drain " + Words.requests(now.waiting());
            case REJECT -> "Reject " + Words.requests(now.waiting());
        };
    }

    private static String effect(Verb verb, PoolSnapshot now) {
        String waiting = Words.requests(now.waiting());
        return switch (verb) {
            case HOLD ->
                waiting + " that " + (now.waiting() == 1 ? "waits" : "wait")
                        + " now, and those that come, are kept in their order and not admitted until somebody resumes.";
            case RESUME -> {
                int free = Math.max(0, now.usableSlots() - now.running());
                yield Words.requests(Math.min(free, now.waiting())) + " of " + Words.FORMAT.count(now.waiting())
                        + " that wait can be admitted at once: " + free + " of " + now.usableSlots()
                        + " slots are free. Newcomers queue again.";
            }
            case DRAIN ->
                "Newcomers are refused with 503 from now on. " + waiting
                        + " in the queue are still served, each in its turn.";
            case REJECT ->
                waiting + " in the queue " + (now.waiting() == 1 ? "is" : "are")
                        + " refused with 503 at once, and so is every newcomer until somebody resumes.";
        };
    }

    private List<String> points(Verb verb, Pool pool, PoolSnapshot now) {
        List<String> points = new ArrayList<>();
        if (verb != Verb.RESUME) {
            points.add(Words.requests(now.running()) + " that " + (now.running() == 1 ? "runs" : "run") + " now "
                    + (now.running() == 1 ? "goes" : "go") + " on to the end.");
        }
        if (verb == Verb.HOLD && now.waiting() > 0) {
            long soon = backlog.of(pool).stream()
                    .filter(ticket -> isNearItsEnd(pool, ticket))
                    .count();
            points.add("Their longest waits go on: " + Words.FORMAT.count(soon)
                    + " would reach the longest wait of their level within the next minute, and be refused.");
        }
        if (verb == Verb.DRAIN && now.waiting() > 0 && !now.meanRun().isZero() && now.usableSlots() > 0) {
            Duration time =
                    now.meanRun().multipliedBy(now.waiting() + now.running()).dividedBy(now.usableSlots());
            points.add("At " + Words.FORMAT.duration(now.meanRun()) + " for each on average that takes about "
                    + Words.FORMAT.duration(time) + ".");
        }
        return points;
    }

    private static boolean isNearItsEnd(Pool pool, WaitingTicket ticket) {
        Duration longest = pool.settings().level(ticket.priority()).longestWait();
        return longest.minus(ticket.status().waited()).compareTo(SOON) < 0;
    }

    private Answer change(PageRequest request, Verb verb) {
        Pool pool = PoolPages.pool(sources, request);
        PoolSnapshot before = pool.snapshot();
        if (verb == Verb.REJECT && before.waiting() > seen(request)) {
            // More would lose their place than somebody has agreed to.
            return ask(pool, verb).withStatus(409);
        }
        pool.mode(verb.mode);
        backlog.forget(pool);
        PoolSnapshot after = pool.snapshot();
        request.audit(
                "pool." + (verb == Verb.REJECT ? "reject-new" : verb.id),
                pool.name(),
                "mode: " + word(before.mode()) + " → " + word(verb.mode) + ", waiting: " + before.waiting() + " → "
                        + after.waiting());
        return Answer.done("/pools/" + Urls.encode(pool.name()), said(verb, pool.name(), before, after));
    }

    private static String word(PoolMode mode) {
        return mode.name().toLowerCase(Locale.ROOT);
    }

    static int seen(PageRequest request) {
        try {
            return Integer.parseInt(request.field(SEEN));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static String said(Verb verb, String pool, PoolSnapshot before, PoolSnapshot after) {
        return switch (verb) {
            case HOLD ->
                pool + " is held: " + Words.requests(after.waiting()) + " wait in their order, "
                        + Words.FORMAT.count(after.running()) + " still run.";
            case RESUME ->
                pool + " is open again: "
                        + Words.requests(Math.max(
                                0, after.counts().admitted() - before.counts().admitted()))
                        + " admitted at once, " + Words.FORMAT.count(after.waiting()) + " wait.";
            case DRAIN ->
                pool + " drains: newcomers get 503, " + Words.requests(after.waiting())
                        + " in the queue are still served.";
            case REJECT ->
                pool + " rejects: " + Words.requests(Math.max(0, before.waiting() - after.waiting()))
                        + " that waited got 503, " + Words.FORMAT.count(after.running()) + " still run.";
        };
    }
}
