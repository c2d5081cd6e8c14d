// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import io.anteroom.rate.Budget;
import io.anteroom.rate.CalendarPeriod;
import io.anteroom.rate.Limit;
import io.anteroom.rate.OnLimit;
import io.anteroom.rate.Price;
import io.anteroom.rate.Refill;
import io.anteroom.rate.Scope;
import io.anteroom.rate.Unit;
import io.anteroom.settings.Several.Names;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How rate limits, budgets and prices stand in the document. */
final class LimitForm {
    private static final Names NAMES =
            new Names("[a-z0-9][a-z0-9._-]{0,63}", "a name of at most 64 of a-z, 0-9, dot, dash and underscore", 0, 32);
    private static final String MODELS = "[^*\\x00-\\x1f\\x7f]{0,127}\\*|[^*\\x00-\\x1f\\x7f]{1,128}";
    private static final String UNNAMED = "unnamed";
    private static final long MOST = 1_000_000_000_000L;

    private LimitForm() {}

    static Shape<String> models() {
        return Shapes.text(MODELS, "a model as llama-3, llama* or *");
    }

    static Shape<List<Limit>> limits() {
        Form<Limit> form = new Form<Limit>(v -> {
                    @Nullable Long burst = v.at(4);
                    long amount = v.at(2);
                    return new Limit(
                            UNNAMED,
                            v.at(0),
                            v.at(1),
                            amount,
                            v.at(3),
                            burst == null ? amount : burst,
                            v.at(5),
                            v.at(6),
                            v.at(7));
                })
                .needs("unit", Shapes.word(Unit.class), Limit::unit)
                .has("by", scopes(), Set.of(Scope.KEY), Limit::by)
                .needs("amount", Shapes.whole(1, MOST), Limit::amount)
                .needs("per_ms", Shapes.millis(Duration.ofMillis(1), Duration.ofDays(31)), Limit::per)
                .may("burst", Shapes.whole(1, MOST), Limit::burst)
                .has("refill", Shapes.word(Refill.class), Refill.SMOOTH, Limit::refill)
                .has("on_limit", Shapes.word(OnLimit.class), OnLimit.REJECT, Limit::onLimit)
                .may("models", models(), Limit::models);
        return Several.byName(NAMES, Limit::name, LimitForm::renamed, form);
    }

    private static Limit renamed(String name, Limit limit) {
        return new Limit(
                name,
                limit.unit(),
                limit.by(),
                limit.amount(),
                limit.per(),
                limit.burst(),
                limit.refill(),
                limit.onLimit(),
                limit.models());
    }

    static Shape<List<Budget>> budgets() {
        Form<Budget> form = new Form<Budget>(v -> new Budget(UNNAMED, v.at(0), v.at(1), v.at(2), v.at(3), v.at(4)))
                .needs("unit", Shapes.word(Unit.class), Budget::unit)
                .has("by", scopes(), Set.of(Scope.KEY), Budget::by)
                .needs("amount", Shapes.whole(1, 1000 * MOST), Budget::amount)
                .needs("period", Shapes.word(CalendarPeriod.class), Budget::period)
                .has("soft_percent", Several.list(10, Shapes.count(1, 100)), List.of(), Budget::softPercent);
        return Several.byName(NAMES, Budget::name, LimitForm::renamed, form);
    }

    private static Budget renamed(String name, Budget budget) {
        return new Budget(name, budget.unit(), budget.by(), budget.amount(), budget.period(), budget.softPercent());
    }

    static Shape<List<Price>> prices() {
        Form<Price> form = new Form<Price>(v -> new Price(v.at(0), v.at(1), v.at(2)))
                .needs("models", models(), Price::models)
                .needs("input_micros", Shapes.whole(0, MOST), Price::inputMicros)
                .needs("output_micros", Shapes.whole(0, MOST), Price::outputMicros);
        return Several.list(1000, form);
    }

    private static Shape<Set<Scope>> scopes() {
        return Several.set(Scope.values().length, Shapes.word(Scope.class));
    }
}
