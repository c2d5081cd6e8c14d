// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import io.anteroom.rate.OnStoreFailure;
import io.anteroom.rate.RateSettings;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.settings.Form.Values;
import io.anteroom.settings.Several.Names;
import io.anteroom.webhook.NoticeSettings;
import io.anteroom.webhook.WatchSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How the whole document stands in JSON. */
final class SettingsForm {
    /** The number of this form; another one would be told apart by it. */
    static final int FORMAT = 1;

    private static final Names POOLS = new Names(
            "[a-z0-9][a-z0-9._-]{0,63}", "a name of at most 64 of a-z, 0-9, dot, dash and underscore", 1, 256);
    private static final Names PATHS =
            new Names("\\*|/\\*|/[^*\\x00-\\x20\\x7f]{0,400}(/\\*)?", "a path as /v1/chat, /v1/* or *", 0, 1000);
    private static final Names MODELS = new Names(
            "[^*\\x00-\\x1f\\x7f]{0,127}\\*|[^*\\x00-\\x1f\\x7f]{1,128}", "a model as llama-3, llama* or *", 0, 1000);
    private static final Names PEOPLE =
            new Names("[^\\x00-\\x1f\\x7f]{1,128}", "a name of 1 to 128 printable characters", 0, 10_000);
    private static final Names GROUPS = new Names(PEOPLE.pattern(), PEOPLE.expected(), 0, 1000);

    // After what it is made of: constants are set in the order in which they stand.
    static final Form<Settings> FORM = form();

    private SettingsForm() {}

    private static Form<Settings> form() {
        Shape<String> pool = Shapes.text(POOLS.pattern(), "the name of a pool");
        RateSettings usual = RateSettings.NONE;
        return new Form<Settings>(SettingsForm::made)
                .has("format", Shapes.count(FORMAT, FORMAT), FORMAT, settings -> FORMAT)
                .needs("pools", Several.named(POOLS, PoolForm.pool()), Settings::pools)
                .has("routes", Several.named(PATHS, pool), Map.of(), Settings::routes)
                .has("models", Several.named(MODELS, pool), Map.of(), Settings::models)
                .has(
                        "callers",
                        Several.byName(PEOPLE, KnownCaller::name, CallerForm::renamed, CallerForm.caller()),
                        List.of(),
                        SettingsForm::callersOf)
                .has(
                        "groups",
                        Several.named(GROUPS, CallerForm.policy()),
                        Map.of(),
                        settings -> new TreeMap<>(settings.callers().groups()))
                .has(
                        "others",
                        CallerForm.others(),
                        CallerPolicy.DEFAULT,
                        settings -> settings.callers().others())
                .has(
                        "limits",
                        LimitForm.limits(),
                        List.of(),
                        settings -> settings.limits().limits())
                .has(
                        "budgets",
                        LimitForm.budgets(),
                        List.of(),
                        settings -> settings.limits().budgets())
                .has(
                        "prices",
                        LimitForm.prices(),
                        List.of(),
                        settings -> settings.limits().prices())
                .has(
                        "usual_output",
                        Shapes.whole(0, 1_000_000),
                        usual.usualOutput(),
                        settings -> settings.limits().usualOutput())
                .has(
                        "on_store_failure",
                        Shapes.word(OnStoreFailure.class),
                        usual.onStoreFailure(),
                        settings -> settings.limits().onStoreFailure())
                .has("retention", retention(), Retention.DEFAULT, Settings::retention)
                .has(
                        "watch",
                        NoticeForm.watch(),
                        WatchSettings.DEFAULT,
                        settings -> settings.notices().watch())
                .has(
                        "webhooks",
                        NoticeForm.webhooks(),
                        Map.of(),
                        settings -> settings.notices().webhooks());
    }

    private static Form<Retention> retention() {
        Retention usual = Retention.DEFAULT;
        return new Form<Retention>(v ->
                        new Retention(v.at(0), Duration.ofDays(v.<Integer>at(1)), Duration.ofDays(v.<Integer>at(2))))
                .has("revisions", Shapes.count(1, Retention.MOST_REVISIONS), usual.revisions(), Retention::revisions)
                .has(
                        "audit_days",
                        Shapes.count(1, Retention.MOST_DAYS),
                        days(usual.audit()),
                        kept -> days(kept.audit()))
                .has(
                        "analytics_days",
                        Shapes.count(1, Retention.MOST_DAYS),
                        days(usual.analytics()),
                        kept -> days(kept.analytics()));
    }

    private static int days(Duration kept) {
        return (int) kept.toDays();
    }

    /** By name: the snapshot keeps no order. */
    private static List<KnownCaller> callersOf(Settings settings) {
        return List.copyOf(new TreeMap<>(settings.callers().byName()).values());
    }

    private static Settings made(Values v) {
        List<KnownCaller> known = v.at(4);
        Map<String, KnownCaller> callers = new LinkedHashMap<>();
        known.forEach(caller -> callers.put(caller.name(), caller));
        Map<String, CallerPolicy> groups = v.at(5);
        // Both before the records check them, which stop at the first.
        List<SettingsProblem> problems = new ArrayList<>(SettingsChecks.problems(v.at(1), v.at(2), v.at(3), callers));
        problems.addAll(SettingsChecks.missingGroups(callers, groups));
        problems.addAll(SettingsChecks.strayWebhooks(v.at(1), v.at(14)));
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
        return new Settings(
                v.at(1),
                v.at(2),
                v.at(3),
                new Callers.Snapshot(callers, groups, v.at(6)),
                new RateSettings(v.at(7), v.at(8), v.at(9), v.<Long>at(10), v.at(11)),
                v.at(12),
                new NoticeSettings(v.at(13), v.at(14)));
    }
}
