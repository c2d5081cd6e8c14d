// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.live.Backlog.Filter;
import io.anteroom.admin.web.live.Confirm.Hidden;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.admission.Priority;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.WaitingTicket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Ending waits and moving them to other levels: one, some, or all that fit a filter. */
final class QueuePages {
    private static final int MOST_CHOSEN = 1000;
    private static final String TICKET = "ticket";
    private static final String REASON = "reason";
    private static final String LEVEL = "to";

    private final LiveSources sources;
    private final Backlog backlog;

    /**
     * Who is meant.
     *
     * @param tickets those that wait of them
     * @param gone how many were chosen and wait no more
     * @param hidden how a form says the same again
     */
    private record Choice(Pool pool, List<WaitingTicket> tickets, int gone, List<Hidden> hidden) {
        String path() {
            return "/pools/" + Urls.encode(pool.name());
        }
    }

    QueuePages(LiveSources sources, Backlog backlog) {
        this.sources = sources;
        this.backlog = backlog;
    }

    void addTo(Site.Builder site) {
        site.get("/pools/{pool}/cancel", Role.OPERATOR, request -> askCancel(choice(request)));
        site.post("/pools/{pool}/cancel", Role.OPERATOR, this::cancel);
        site.get("/pools/{pool}/move", Role.OPERATOR, request -> askMove(choice(request), request.query(LEVEL), ""));
        site.post("/pools/{pool}/move", Role.OPERATOR, this::move);
    }

    private Choice choice(PageRequest request) {
        Pool pool = PoolPages.pool(sources, request);
        boolean isForm = !request.form().isEmpty();
        List<String> numbers = isForm ? request.fields(TICKET) : request.queries(TICKET);
        String all = isForm ? request.field("all") : request.query("all");
        if (all.equals("yes")) {
            String text = isForm ? request.field("q") : request.query("q");
            String level = isForm ? request.field("level") : request.query("level");
            Filter filter = Filter.of(text, level);
            backlog.forget(pool);
            List<Hidden> hidden = List.of(
                    new Hidden("all", "yes"), new Hidden("q", filter.text()), new Hidden("level", filter.levelWord()));
            return some(new Choice(pool, backlog.of(pool, filter), 0, hidden));
        }
        if (numbers.size() > MOST_CHOSEN) {
            throw PageException.badRequest("More than " + MOST_CHOSEN + " requests are chosen.");
        }
        List<Long> chosen = numbers.stream()
                .filter(number -> number.matches("[0-9]{1,18}"))
                .map(Long::valueOf)
                .distinct()
                .toList();
        if (chosen.isEmpty()) {
            throw PageException.badRequest("No request is chosen. Tick some in the list of those who wait.");
        }
        List<WaitingTicket> waiting = backlog.of(pool, chosen);
        List<Hidden> hidden = chosen.stream()
                .map(ticket -> new Hidden(TICKET, String.valueOf(ticket)))
                .toList();
        return some(new Choice(pool, waiting, chosen.size() - waiting.size(), hidden));
    }

    private static Choice some(Choice choice) {
        if (choice.tickets().isEmpty()) {
            throw PageException.conflict(
                    "None of the requests waits any more: they have been admitted, or have left the queue.");
        }
        return choice;
    }

    private List<Hidden> withSeen(Choice choice) {
        List<Hidden> hidden = new ArrayList<>(choice.hidden());
        hidden.add(new Hidden("seen", String.valueOf(choice.tickets().size())));
        return hidden;
    }

    private List<String> who(Choice choice) {
        List<String> points = new ArrayList<>();
        if (choice.tickets().size() == 1) {
            QueueView.Row row =
                    QueueView.Row.of(sources, choice.pool(), choice.tickets().get(0));
            points.add(row.request() + " of " + row.caller() + ", level " + row.level() + ", position " + row.position()
                    + ", has waited " + Words.FORMAT.duration(row.waited()) + ".");
        } else {
            points.add("By caller: " + counted(choice, ticket -> sources.names().apply(ticket.key())) + ".");
            points.add("By level: " + counted(choice, ticket -> Words.level(ticket.priority())) + ".");
        }
        if (choice.gone() > 0) {
            points.add(Words.requests(choice.gone()) + " of those chosen " + (choice.gone() == 1 ? "waits" : "wait")
                    + " no more.");
        }
        return points;
    }

    private static String counted(Choice choice, Function<WaitingTicket, String> by) {
        Map<String, Long> counts =
                choice.tickets().stream().collect(Collectors.groupingBy(by, TreeMap::new, Collectors.counting()));
        String first = counts.entrySet().stream()
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed())
                .limit(4)
                .map(each -> each.getKey() + " " + Words.FORMAT.count(each.getValue()))
                .collect(Collectors.joining(", "));
        return counts.size() > 4 ? first + " and " + (counts.size() - 4) + " more" : first;
    }

    private Answer.View askCancel(Choice choice) {
        String many = Words.requests(choice.tickets().size());
        String title = "Cancel " + many + "?";
        String effect = many + (choice.tickets().size() == 1 ? " is" : " are") + " answered with 503 at once, and "
                + Words.FORMAT.count(Math.max(
                        0, choice.pool().snapshot().waiting() - choice.tickets().size()))
                + " go on waiting. An answer that has been given cannot be taken back.";
        Field reason = Field.text(REASON, "Reason").help("The callers are told so, in one line.");
        Confirm model = new Confirm(
                choice.path(),
                choice.pool().name(),
                title,
                effect,
                who(choice),
                List.of(reason),
                withSeen(choice),
                choice.path() + "/cancel",
                "Cancel " + many,
                true);
        return Answer.view("live/confirm", title, LivePages.OVERVIEW, model);
    }

    private Answer cancel(PageRequest request) {
        Choice choice = choice(request);
        if (choice.tickets().size() > ModePages.seen(request)) {
            return askCancel(choice).withStatus(409);
        }
        String reason = Words.line(request.field(REASON));
        int done = 0;
        for (WaitingTicket ticket : choice.tickets()) {
            done += sources.cancel().cancel(choice.pool(), ticket.id(), reason) ? 1 : 0;
        }
        backlog.forget(choice.pool());
        audit(request, choice, "waiting.cancel", done, "reason: " + reason);
        return Answer.done(
                choice.path(),
                Words.requests(done) + " cancelled"
                        + missed(choice, done) + ". "
                        + Words.FORMAT.count(choice.pool().snapshot().waiting()) + " still wait.");
    }

    private static String missed(Choice choice, int done) {
        int missed = choice.tickets().size() - done + choice.gone();
        return missed == 0 ? "" : "; " + Words.FORMAT.count(missed) + " had left the queue before";
    }

    private static void audit(PageRequest request, Choice choice, String deed, int done, String detail) {
        String tickets = choice.tickets().stream()
                .limit(200)
                .map(ticket -> String.valueOf(ticket.id()))
                .collect(Collectors.joining(" "));
        request.audit(
                deed,
                choice.pool().name() + ": " + done + " of " + choice.tickets().size(),
                detail + ", tickets: " + tickets);
    }

    private Answer.View askMove(Choice choice, String chosen, String error) {
        String many = Words.requests(choice.tickets().size());
        String title = "Move " + many + " to another level?";
        Pool pool = choice.pool();
        List<Field.Option> levels = Arrays.stream(Priority.values())
                .map(level -> new Field.Option(
                        Words.level(level),
                        Words.level(level),
                        "Weight " + pool.settings().level(level).weight() + ", " + Words.requests(waiting(pool, level))
                                + " waiting." + lost(choice, level)))
                .toList();
        Field to = Field.radio(LEVEL, "Level", levels).value(chosen.isEmpty() ? "high" : chosen);
        Confirm model = new Confirm(
                choice.path(),
                pool.name(),
                title,
                "They keep their moment of arrival: in the new level they stand before those who came later. All others"
                        + " stay where they are, or move by as much.",
                who(choice),
                List.of(error.isEmpty() ? to : to.error(error)),
                withSeen(choice),
                choice.path() + "/move",
                "Move " + many,
                false);
        return Answer.view("live/confirm", title, LivePages.OVERVIEW, model);
    }

    /** A level with a shorter longest wait ends the waits of those who have waited longer than that. */
    private static String lost(Choice choice, Priority level) {
        Duration longest = choice.pool().settings().level(level).longestWait();
        long lost = choice.tickets().stream()
                .filter(ticket -> ticket.status().waited().compareTo(longest) >= 0)
                .count();
        return lost == 0
                ? ""
                : " " + Words.FORMAT.count(lost) + " of those chosen have waited longer than its longest wait of "
                        + Words.FORMAT.duration(longest)
                        + ", and are refused by this unless they came with a longer one of their own.";
    }

    private static int waiting(Pool pool, Priority level) {
        PoolSnapshot.Depth depth = pool.snapshot().levels().get(level);
        return depth == null ? 0 : depth.waiting();
    }

    private Answer move(PageRequest request) {
        Choice choice = choice(request);
        Priority level = Filter.of("", request.field(LEVEL)).level();
        if (level == null) {
            return askMove(choice, "", "Choose critical, high, normal or low.").withStatus(422);
        }
        if (choice.tickets().size() > ModePages.seen(request)) {
            return askMove(choice, Words.level(level), "").withStatus(409);
        }
        Pool pool = choice.pool();
        int done = 0;
        for (WaitingTicket ticket : choice.tickets()) {
            done += pool.move(ticket.id(), level) ? 1 : 0;
        }
        backlog.forget(pool);
        audit(request, choice, "waiting.move", done, "to: " + Words.level(level));
        return Answer.done(choice.path(), moved(choice, level, done));
    }

    private String moved(Choice choice, Priority level, int done) {
        if (choice.tickets().size() > 1 || done == 0) {
            return Words.requests(done) + " moved to " + Words.level(level) + missed(choice, done) + ".";
        }
        WaitingTicket before = choice.tickets().get(0);
        QueueView.Row row = QueueView.Row.of(sources, choice.pool(), before);
        QueueStatus now = choice.pool().status(before.id());
        String name = row.request() + " of " + row.caller() + " moved to " + Words.level(level) + ": ";
        if (now == null) {
            Duration longest = choice.pool().settings().level(level).longestWait();
            return name
                    + (row.waited().compareTo(longest) < 0
                            ? "it was admitted at once, from position " + row.position() + "."
                            : "it has waited longer than that level's " + Words.FORMAT.duration(longest)
                                    + ", and waits no more.");
        }
        return name + "position " + row.position() + " → " + now.position() + ", about " + row.estimate() + " → "
                + Words.rest(now.estimate()) + " left.";
    }
}
