// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anteroom.admin.preview.PastRequests;
import io.anteroom.admin.preview.Preview;
import io.anteroom.admin.preview.PreviewReport;
import io.anteroom.admin.store.Role;
import io.anteroom.admission.PoolSettings;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** What other numbers would have made of the last hour of a pool. Nothing is changed by asking. */
final class PreviewRoutes {
    private final SettingsDesk desk;
    private final PastRequests past;

    PreviewRoutes(SettingsDesk desk, PastRequests past) {
        this.desk = desk;
        this.past = past;
    }

    /** How requests fared; waits are those of the served. */
    record FiguresView(
            int arrived,
            int served,
            int refused,
            int expired,
            int shed,
            int abandoned,
            long p50WaitMs,
            long p95WaitMs) {
        static FiguresView of(PreviewReport.Figures figures) {
            return new FiguresView(
                    figures.arrived(),
                    figures.served(),
                    figures.refused(),
                    figures.expired(),
                    figures.shed(),
                    figures.abandoned(),
                    figures.medianWait().toMillis(),
                    figures.p95Wait().toMillis());
        }
    }

    /** How a set of requests fared. */
    record OutcomeView(
            FiguresView all,

            @Field("by level, those that had any") Map<String, FiguresView> levels,

            @Field("how much of the slots' time was used; null where that is not known") @Nullable Double busyPercent) {
        static OutcomeView of(PreviewReport.Outcome outcome) {
            Map<String, FiguresView> levels = new TreeMap<>();
            outcome.levels()
                    .forEach((level, figures) ->
                            levels.put(level.name().toLowerCase(Locale.ROOT), FiguresView.of(figures)));
            Double busy = outcome.busyPercent() < 0 ? null : Math.round(outcome.busyPercent() * 10) / 10.0;
            return new OutcomeView(FiguresView.of(outcome.all()), levels, busy);
        }
    }

    /** What the last hour was like, and what it would have been like. */
    record PreviewView(
            String pool,
            long settingsRevision,
            @Field("how many requests it is about") int requests,
            @Field("from the first of them to the last") long spanMs,

            @Field("for how many of them the time is a guess, as they never ran")
            int guessed,

            @Field("whether there are enough to go by") boolean telling,

            @Field("under whatever settings and modes were in force then")
            OutcomeView real,

            @Field("the same requests with the settings that are in force")
            OutcomeView current,

            @Field("the same requests with the proposed settings")
            OutcomeView proposed) {}

    List<Route> routes() {
        return List.of(Route.of(
                        "POST",
                        "/pools/{pool}/preview",
                        PoolRoutes.AREA,
                        Role.OPERATOR,
                        "Sends the pool's requests of the last hour through its settings and through others, in virtual"
                                + " time; nothing is changed. Takes a JSON Merge Patch of the pool in the settings.")
                .takesTree(Route.SMALL_BODY)
                .answers(200, PreviewView.class)
                .also(404)
                .by(this::preview));
    }

    private Reply preview(Call call) {
        String name = call.name("pool");
        Revision revision = desk.current();
        Settings now = revision.settings();
        PoolSettings current = now.pools().get(name);
        if (current == null) {
            throw ApiProblem.missing("pool: unknown (expected: one of "
                    + now.pools().keySet().stream().limit(20).toList() + ")");
        }
        JsonNode patch = call.tree();
        if (!patch.isObject()) {
            throw ApiProblem.invalid("body: no object (expected: what to change of the pool, as {\"slots\": 6})");
        }
        ObjectNode pools = JsonNodeFactory.instance.objectNode();
        pools.putObject("pools").set(name, patch);
        Settings wanted = Edits.read(Json.write(MergePatch.apply(Edits.document(now), pools)));
        // The name stands in the patch as in the path: it is there.
        PoolSettings proposed = Objects.requireNonNull(wanted.pools().get(name), "the pool that was patched");
        PreviewReport report = Preview.of(past, name, current, proposed);
        return Reply.of(new PreviewView(
                name,
                revision.number(),
                report.requests(),
                report.span().toMillis(),
                report.guessed(),
                report.isTelling(),
                OutcomeView.of(report.real()),
                OutcomeView.of(report.current()),
                OutcomeView.of(report.proposed())));
    }
}
