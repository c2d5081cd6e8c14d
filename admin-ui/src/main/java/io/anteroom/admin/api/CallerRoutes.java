// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.Anteroom;
import io.anteroom.admin.store.Role;
import io.anteroom.admission.Pool;
import io.anteroom.admission.WaitingTicket;
import io.anteroom.rate.Budget;
import io.anteroom.rate.BudgetBook.Balance;
import io.anteroom.rate.Limit;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Callers: who they are, how much of them waits, what they have used of their limits. */
final class CallerRoutes {
    private static final String AREA = "callers";
    /** Accounts may be of models or pools, too. */
    private static final String KEY = "key-";

    private static final int MOST_BALANCES = 50;

    private final Anteroom anteroom;
    private final SettingsDesk desk;
    private final WaitingViews views;
    private final Backlogs backlogs;

    CallerRoutes(Anteroom anteroom, SettingsDesk desk, WaitingViews views, Backlogs backlogs) {
        this.anteroom = anteroom;
        this.desk = desk;
        this.views = views;
        this.backlogs = backlogs;
    }

    /** How much has been used of a budget. */
    record BalanceView(
            String budget,
            String since,
            @Field("in the unit of the budget") long used,

            @Field("null if the budget is not set any more") @Nullable Long amount) {}

    /** A caller. */
    record CallerView(
            String flow,
            String name,
            @Field("whether its key is one of the settings") boolean isKnown,
            boolean disabled,
            @Nullable String group,
            @Field("how many of its requests wait, by pool") Map<String, Integer> waiting,
            List<BalanceView> budgets) {}

    /** Callers, by flow. */
    record CallerList(List<CallerView> callers, @Nullable String nextCursor) {}

    /** A limit as it is set. */
    record LimitView(String name, String unit, long amount, long perMs, long burst, List<String> by) {
        static LimitView of(Limit limit) {
            return new LimitView(
                    limit.name(),
                    Json.word(limit.unit()),
                    limit.amount(),
                    limit.per().toMillis(),
                    limit.burst(),
                    limit.by().stream().map(Json::word).sorted().toList());
        }
    }

    /** The limits of everybody. */
    record LimitList(
            List<LimitView> limits,

            @Field("how often the store of the buckets has failed")
            long storeFailures) {}

    List<Route> routes() {
        return List.of(
                Route.of(
                                "GET",
                                "/callers",
                                AREA,
                                Role.VIEWER,
                                "Lists callers: those with keys, and those who wait or have used a budget.")
                        .text("cursor", 128, "what next_cursor of the page before said")
                        .number("limit", 1, Call.MOST_PER_PAGE, "at most so many")
                        .answers(200, CallerList.class)
                        .by(this::list),
                Route.of("GET", "/callers/{caller}", AREA, Role.VIEWER, "Shows a caller, by flow or name.")
                        .answers(200, CallerView.class)
                        .by(this::one),
                Route.of("GET", "/limits", AREA, Role.VIEWER, "Lists the rate limits of everybody.")
                        .answers(200, LimitList.class)
                        .by(call -> Reply.of(new LimitList(
                                anteroom.rates().settings().limits().stream()
                                        .map(LimitView::of)
                                        .toList(),
                                anteroom.rates().storeFailures()))));
    }

    private record Usage(Map<String, Map<String, Integer>> waiting, Map<String, List<Balance>> balances) {}

    private Usage usage() {
        Map<String, Map<String, Integer>> waiting = new HashMap<>();
        for (Pool pool : anteroom.pools().all()) {
            for (WaitingTicket ticket : backlogs.of(pool)) {
                waiting.computeIfAbsent(ticket.key(), unknown -> new TreeMap<>())
                        .merge(pool.name(), 1, Integer::sum);
            }
        }
        Map<String, List<Balance>> balances = new HashMap<>();
        for (Balance balance : anteroom.rates().book().balances()) {
            balances.computeIfAbsent(balance.subject(), unknown -> new ArrayList<>())
                    .add(balance);
        }
        return new Usage(waiting, balances);
    }

    private Reply list(Call call) {
        Usage usage = usage();
        Map<String, KnownCaller> known = known();
        Set<String> flows = new java.util.TreeSet<>(known.keySet());
        flows.addAll(usage.waiting().keySet());
        usage.balances().keySet().stream()
                .filter(subject -> subject.startsWith(KEY))
                .forEach(flows::add);
        String after = call.query("cursor");
        int limit = call.limit();
        List<String> page = flows.stream()
                .filter(flow -> after == null || flow.compareTo(after) > 0)
                .limit(limit + 1L)
                .toList();
        String next = page.size() > limit ? page.get(limit - 1) : null;
        return Reply.of(new CallerList(
                page.stream()
                        .limit(limit)
                        .map(flow -> view(flow, known.get(flow), usage))
                        .toList(),
                next));
    }

    private Map<String, KnownCaller> known() {
        Map<String, KnownCaller> known = new LinkedHashMap<>();
        desk.current()
                .settings()
                .callers()
                .byName()
                .values()
                .forEach(caller -> known.put(caller.identity().flow(), caller));
        return known;
    }

    private CallerView view(String flow, @Nullable KnownCaller caller, Usage usage) {
        Map<String, Budget> budgets = budgets(caller);
        List<BalanceView> balances = usage.balances().getOrDefault(flow, List.of()).stream()
                .limit(MOST_BALANCES)
                .map(balance -> {
                    Budget budget = budgets.get(balance.budget());
                    return new BalanceView(
                            balance.budget(),
                            balance.since().toString(),
                            balance.used(),
                            budget == null ? null : budget.amount());
                })
                .toList();
        return new CallerView(
                flow,
                views.name(flow),
                caller != null,
                caller != null && caller.isDisabled(),
                caller == null ? null : caller.group(),
                usage.waiting().getOrDefault(flow, Map.of()),
                balances);
    }

    private Map<String, Budget> budgets(@Nullable KnownCaller caller) {
        Settings settings = desk.current().settings();
        Map<String, Budget> budgets = new HashMap<>();
        settings.limits().budgets().forEach(budget -> budgets.put(budget.name(), budget));
        if (caller != null) {
            ApiKeyRoutes.policy(settings.callers(), caller)
                    .allowance()
                    .budgets()
                    .forEach(budget -> budgets.put(budget.name(), budget));
        }
        return budgets;
    }

    private Reply one(Call call) {
        String wanted = call.name("caller");
        Usage usage = usage();
        Map<String, KnownCaller> known = known();
        KnownCaller byName = desk.current().settings().callers().byName().get(wanted);
        String flow = byName == null ? wanted : byName.identity().flow();
        boolean isThere = known.containsKey(flow)
                || usage.waiting().containsKey(flow)
                || usage.balances().containsKey(flow);
        if (!isThere) {
            throw ApiProblem.missing("caller: unknown (expected: one of the list)");
        }
        return Reply.of(view(flow, known.get(flow), usage));
    }
}
