// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.api.WaitingViews.WaitingList;
import io.anteroom.admin.store.Role;
import io.anteroom.admission.Pool;
import io.anteroom.admission.Pools;
import io.anteroom.admission.Priority;
import io.anteroom.admission.QueueStatus;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.WaitingTicket;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** Those who wait: listing them, cancelling their waits, moving them to other levels. */
final class WaitingRoutes {
    private static final String NUMBER = "[0-9]{1,18}";
    static final int MOST_AT_ONCE = 1000;
    private static final String LEVELS = "critical|high|normal|low";
    static final String LATE =
            "whether to move those as well who have waited longer than the level's longest wait, which ends their waits";

    private final Pools pools;
    private final WaitingViews views;
    private final Backlogs backlogs;

    WaitingRoutes(Pools pools, WaitingViews views, Backlogs backlogs) {
        this.pools = pools;
        this.views = views;
        this.backlogs = backlogs;
    }

    /** Why a wait is ended. */
    record Reason(
            @Field(value = "its caller is told so", max = Refusal.LONGEST_NOTE) @Nullable String reason) {}

    /** Where to move one. */
    record Level(
            @Field(oneOf = {"critical", "high", "normal", "low"})
            String priority,

            @Field(LATE) @Nullable Boolean evenIfLate) {}

    /** Which waits are meant: those of these tickets, or all that fit. */
    record Selection(
            @Field(value = "tickets", max = MOST_AT_ONCE, pattern = NUMBER) @Nullable List<String> tickets,

            @Field(value = "a caller's name or flow", max = 128) @Nullable String caller,

            @Field(max = 256) @Nullable String model,

            @Field(oneOf = {"critical", "high", "normal", "low"}) @Nullable String priority,

            @Field(max = 128) @Nullable String batchId) {}

    /** Which waits to end. */
    record Cancelling(
            Selection select,

            @Field(value = "their callers are told so", max = Refusal.LONGEST_NOTE) @Nullable String reason,

            @Field(value = "how many one means; it is done if no more are meant than that", max = 10_000_000) @Nullable Integer confirm) {}

    /** Which waits to move. */
    record Moving(
            Selection select,

            @Field(oneOf = {"critical", "high", "normal", "low"})
            String priority,

            @Field(LATE) @Nullable Boolean evenIfLate,

            @Field(value = "how many one means; it is done if no more are meant than that", max = 10_000_000) @Nullable Integer confirm) {}

    /** What came of it. */
    record Done(
            @Field("how many were meant") int selected,

            @Field("for how many it was done; the others had left the queue")
            int done) {}

    List<Route> routes() {
        String base = "/pools/{pool}/waiting";
        return List.of(
                Route.of("GET", base, PoolRoutes.AREA, Role.VIEWER, "Lists those who wait.")
                        .text("cursor", "[0-9]{1,18}(:[0-9]{1,18})?", "what next_cursor of the page before said")
                        .number("limit", 1, Call.MOST_PER_PAGE, "at most so many")
                        .text("sort", "arrival|position", "arrival if left out: nobody is missed between two pages")
                        .text("caller", 128, "of a caller, by name or flow")
                        .text("model", 256, "for a model")
                        .text("priority", LEVELS, "of a level")
                        .text("batch_id", 128, "of a batch")
                        .answers(200, WaitingList.class)
                        .by(this::list),
                Route.of(
                                "POST",
                                base + "/cancel",
                                PoolRoutes.AREA,
                                Role.OPERATOR,
                                "Ends several waits, and tells their callers why.")
                        .takes(Cancelling.class)
                        .answers(200, Done.class)
                        .also(409)
                        .by(this::cancelSome),
                Route.of("POST", base + "/move", PoolRoutes.AREA, Role.OPERATOR, "Moves several to another level.")
                        .takes(Moving.class)
                        .answers(200, Done.class)
                        .also(409)
                        .by(this::moveSome),
                Route.of(
                                "POST",
                                base + "/{ticket}/cancel",
                                PoolRoutes.AREA,
                                Role.OPERATOR,
                                "Ends a wait, and tells its caller why.")
                        .mayTake(Reason.class)
                        .answersNothing()
                        .by(this::cancelOne),
                Route.of(
                                "POST",
                                base + "/{ticket}/move",
                                PoolRoutes.AREA,
                                Role.OPERATOR,
                                "Moves one to another level; its moment of arrival stays.")
                        .takes(Level.class)
                        .answersNothing()
                        .also(409)
                        .by(this::moveOne));
    }

    private Reply list(Call call) {
        Pool pool = PoolRoutes.find(pools, call);
        Selection selection = new Selection(
                null, call.query("caller"), call.query("model"), call.query("priority"), call.query("batch_id"));
        List<WaitingTicket> all = backlogs.learned(pool);
        List<WaitingTicket> matching =
                all.stream().filter(ticket -> fits(pool, ticket, selection)).toList();
        boolean byPosition = "position".equals(call.query("sort"));
        Comparator<WaitingTicket> byArrival = Comparator.comparingLong(WaitingTicket::id);
        Comparator<WaitingTicket> order = byPosition
                ? Comparator.<WaitingTicket>comparingInt(
                                ticket -> ticket.status().position())
                        .thenComparing(byArrival)
                : byArrival;
        int limit = call.limit();
        List<WaitingTicket> page = matching.stream()
                .filter(ticket -> isAfter(ticket, call.query("cursor"), byPosition))
                .sorted(order)
                .limit(limit + 1L)
                .toList();
        String next = page.size() > limit ? cursor(page.get(limit - 1), byPosition) : null;
        return Reply.of(new WaitingList(
                pool.name(),
                pool.snapshot().waiting(),
                matching.size(),
                page.stream().limit(limit).map(ticket -> views.of(pool, ticket)).toList(),
                next));
    }

    private static String cursor(WaitingTicket ticket, boolean byPosition) {
        return byPosition ? ticket.status().position() + ":" + ticket.id() : String.valueOf(ticket.id());
    }

    private static boolean isAfter(WaitingTicket ticket, @Nullable String cursor, boolean byPosition) {
        if (cursor == null) {
            return true;
        }
        String[] parts = cursor.split(":");
        long first = Long.parseLong(parts[0]);
        if (!byPosition) {
            return ticket.id() > first;
        }
        long second = parts.length > 1 ? Long.parseLong(parts[1]) : Long.MAX_VALUE;
        int position = ticket.status().position();
        return position > first || (position == first && ticket.id() > second);
    }

    private boolean fits(Pool pool, WaitingTicket ticket, Selection selection) {
        String priority = selection.priority();
        String batch = selection.batchId();
        List<String> tickets = selection.tickets();
        return (priority == null || Json.word(ticket.priority()).equals(priority))
                && (batch == null || batch.equals(ticket.batch()))
                && (tickets == null || tickets.contains(String.valueOf(ticket.id())))
                && views.fits(pool, ticket, selection.caller(), selection.model());
    }

    private static long ticket(Call call) {
        String text = call.name("ticket");
        if (!text.matches(NUMBER)) {
            throw ApiProblem.missing("ticket: no number (expected: one of the list)");
        }
        return Long.parseLong(text);
    }

    private static String note(@Nullable String reason) {
        return reason == null ? "" : Text.line(reason, Refusal.LONGEST_NOTE);
    }

    private Reply cancelOne(Call call) {
        Pool pool = PoolRoutes.find(pools, call);
        Reason given = call.bodyIfAny(Reason.class);
        String reason = note(given == null ? null : given.reason());
        long ticket = ticket(call);
        QueueStatus before = pool.status(ticket);
        if (before == null || !pool.cancel(ticket, reason)) {
            throw gone();
        }
        backlogs.forget(pool);
        call.audit(
                "waiting.cancel",
                pool.name() + " ticket " + ticket,
                "position: " + before.position() + ", waited_ms: "
                        + before.waited().toMillis() + ", reason: " + reason);
        return Reply.nothing();
    }

    private static ApiProblem gone() {
        return ApiProblem.missing(
                "ticket: does not wait (expected: one of the list; it may have been admitted or left)");
    }

    private Reply moveOne(Call call) {
        Pool pool = PoolRoutes.find(pools, call);
        Level wanted = call.body(Level.class);
        String priority = wanted.priority();
        long ticket = ticket(call);
        QueueStatus before = pool.status(ticket);
        if (before == null) {
            throw gone();
        }
        checkLate(pool, level(priority), List.of(before), wanted.evenIfLate());
        if (!pool.move(ticket, level(priority))) {
            throw gone();
        }
        backlogs.forget(pool);
        call.audit("waiting.move", pool.name() + " ticket " + ticket, "to: " + priority);
        return Reply.nothing();
    }

    private static Priority level(String word) {
        return Priority.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private Reply cancelSome(Call call) {
        Cancelling wanted = call.body(Cancelling.class);
        String reason = note(wanted.reason());
        Pool pool = PoolRoutes.find(pools, call);
        List<WaitingTicket> meant = select(pool, wanted.select());
        PoolRoutes.confirm(wanted.confirm(), meant.size(), meant.size() + " waiting requests get 503");
        return all(call, pool, meant, "waiting.cancel", "reason: " + reason, ticket -> pool.cancel(ticket, reason));
    }

    private Reply moveSome(Call call) {
        Moving wanted = call.body(Moving.class);
        Pool pool = PoolRoutes.find(pools, call);
        List<WaitingTicket> meant = select(pool, wanted.select());
        PoolRoutes.confirm(
                wanted.confirm(), meant.size(), meant.size() + " waiting requests move to level " + wanted.priority());
        Priority level = level(wanted.priority());
        checkLate(pool, level, meant.stream().map(WaitingTicket::status).toList(), wanted.evenIfLate());
        return all(call, pool, meant, "waiting.move", "to: " + wanted.priority(), ticket -> pool.move(ticket, level));
    }

    /** Whoever moves a request up must not end its wait unawares: a higher level often has a shorter longest wait. */
    private static void checkLate(Pool pool, Priority level, List<QueueStatus> meant, @Nullable Boolean evenIfLate) {
        Duration longest = pool.settings().level(level).longestWait();
        long late = meant.stream()
                .filter(status -> status.waited().compareTo(longest) >= 0)
                .count();
        if (late > 0 && !Boolean.TRUE.equals(evenIfLate)) {
            throw ApiProblem.conflict(
                            "move_too_late",
                            "priority: " + late + " of " + meant.size()
                                    + " have waited longer than the longest wait of "
                                    + Json.word(level) + ", " + longest.toMillis() + " ms, and would be refused, unless"
                                    + " they came with a longer one of their own (expected: another level, or"
                                    + " even_if_late: true)")
                    .with("late", late)
                    .with("longest_wait_ms", longest.toMillis());
        }
    }

    private List<WaitingTicket> select(Pool pool, Selection selection) {
        boolean isEmpty = selection.tickets() == null
                && selection.caller() == null
                && selection.model() == null
                && selection.priority() == null
                && selection.batchId() == null;
        if (isEmpty) {
            throw ApiProblem.invalid("select: empty (expected: tickets, caller, model, priority or batch_id)");
        }
        backlogs.forget(pool);
        return backlogs.learned(pool).stream()
                .filter(ticket -> fits(pool, ticket, selection))
                .toList();
    }

    private Reply all(
            Call call, Pool pool, List<WaitingTicket> meant, String deed, String detail, LongPredicate action) {
        int done = 0;
        for (WaitingTicket ticket : meant) {
            done += action.test(ticket.id()) ? 1 : 0;
        }
        backlogs.forget(pool);
        String tickets = Text.line(
                meant.stream().map(WaitingTicket::id).limit(200).toList().toString(), 4000);
        call.audit(deed, pool.name() + ": " + done + " of " + meant.size(), detail + ", tickets: " + tickets);
        return Reply.of(new Done(meant.size(), done));
    }
}
