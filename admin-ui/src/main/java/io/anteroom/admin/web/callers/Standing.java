// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.callers;

import io.anteroom.Anteroom;
import io.anteroom.admin.web.Format;
import io.anteroom.admin.web.live.Running;
import io.anteroom.admin.web.parts.Bar;
import io.anteroom.admin.web.parts.StateWord.Tone;
import io.anteroom.rate.Budget;
import io.anteroom.rate.BudgetBook.Balance;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.settings.Settings;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** How much of a caller waits, and what it has used of its budgets. Safe from any thread. */
final class Standing {
    private static final int MOST_BUDGETS = 50;
    private static final double NEARLY = 0.8;

    private final Anteroom anteroom;
    private final Presence presence;
    private final Running running;

    Standing(Anteroom anteroom, Presence presence, Running running) {
        this.anteroom = anteroom;
        this.presence = presence;
        this.running = running;
    }

    /** What has been used of a budget in its period. */
    record Used(String name, String since, Bar bar) {}

    /** What a caller has in a pool at this moment; what runs, on this server. */
    record Now(String pool, int waiting, int running) {}

    /** By pool. */
    Map<String, Integer> waiting(KnownCaller caller) {
        return presence.waiting().getOrDefault(caller.identity().flow(), Map.of());
    }

    /** In the pools in which it has anything. */
    List<Now> now(KnownCaller caller) {
        Map<String, Integer> waiting = waiting(caller);
        Map<String, Integer> runs = running.of(caller.identity().flow());
        TreeSet<String> pools = new TreeSet<>(waiting.keySet());
        pools.addAll(runs.keySet());
        return pools.stream()
                .map(pool -> new Now(pool, waiting.getOrDefault(pool, 0), runs.getOrDefault(pool, 0)))
                .toList();
    }

    /** The budgets that are counted for this key alone and of which something has been used. */
    List<Used> budgets(Settings settings, KnownCaller caller, Format format) {
        Map<String, Budget> budgets = new HashMap<>();
        settings.limits().budgets().forEach(budget -> budgets.put(budget.name(), budget));
        Words.policy(settings.callers(), caller)
                .allowance()
                .budgets()
                .forEach(budget -> budgets.put(budget.name(), budget));
        return anteroom.rates().book().balances().stream()
                .filter(balance -> balance.subject().equals(caller.identity().flow()))
                .limit(MOST_BUDGETS)
                .map(balance -> used(balance, budgets.get(balance.budget()), format))
                .toList();
    }

    private static Used used(Balance balance, @Nullable Budget budget, Format format) {
        if (budget == null) {
            Bar bar = Bar.share(format.count(balance.used()), "not set any more", 0, 1, null);
            return new Used(balance.budget(), balance.since().toString(), bar);
        }
        double share = (double) balance.used() / budget.amount();
        Tone tone = share >= 1 ? Tone.BAD : share >= NEARLY ? Tone.WARN : null;
        Bar bar = Bar.share(
                Words.used(budget, balance.used(), format),
                format.percent(share),
                (double) balance.used(),
                (double) budget.amount(),
                tone);
        return new Used(balance.budget(), balance.since().toString(), bar);
    }
}
