// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.settings.FormModel.Choice;
import io.anteroom.admin.web.settings.FormModel.Filled;
import io.anteroom.rate.Limit;
import io.anteroom.rate.Scope;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsProblem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Forms of rate limits. */
final class LimitPages {
    private static final String NEW = "/settings/new-limit";
    private static final List<Section> SECTIONS = LimitItems.sections();

    private final Workbench bench;

    LimitPages(Workbench bench) {
        this.bench = bench;
    }

    void addTo(Site.Builder site) {
        site.get("/settings/limits/{limit}", Role.VIEWER, request -> show(request, null));
        site.post("/settings/limits/{limit}", Role.ADMIN, this::change);
        site.post("/settings/limits/{limit}/back", Role.ADMIN, request -> show(request, bench.edit(request)));
        site.post("/settings/limits/{limit}/remove", Role.ADMIN, this::remove);
        site.get(NEW, Role.ADMIN, request -> form(request, "", null, usual(), List.of()));
        site.post(NEW, Role.ADMIN, this::add);
        site.post(NEW + "/back", Role.ADMIN, request -> {
            Edit edit = bench.edit(request);
            String name =
                    edit.steps().isEmpty() ? "" : edit.steps().get(0).path().get(1);
            return form(request, name, null, bench.base(edit).with(edit.steps()), List.of());
        });
    }

    private static String name(PageRequest request) {
        return request.name("limit");
    }

    private static List<String> place(String name) {
        return List.of("limits", name.isEmpty() ? "new" : name);
    }

    private Document usual() {
        bench.checkEditable();
        Settings now = bench.current().settings();
        Settings one = now.withLimits(now.limits()
                .withLimits(Limit.requests("new", 60, Duration.ofMinutes(1)).withBurst(60)));
        JsonNode limit = Document.of(one).at(place(""));
        return Document.of(now).with(List.of(new Step(place(""), limit)));
    }

    private Answer show(PageRequest request, @Nullable Edit begun) {
        Edit edit = begun == null ? new Edit(bench.current().number(), List.of()) : begun;
        return form(request, name(request), edit, bench.base(edit).with(edit.steps()), List.of());
    }

    /** A form of a limit; of a new one if there is no edit, with a field for its name. */
    private Answer form(
            PageRequest request, String name, @Nullable Edit edit, Document document, List<SettingsProblem> problems) {
        if (document.at(place(name)).isMissingNode()) {
            throw PageException.notFound("There is no rate limit of that name.");
        }
        Filled filled = FormModel.fill(SECTIONS, document, place(name), problems);
        boolean isLocked = bench.isLocked(request);
        Field field = edit != null ? null : nameField(name, problems);
        String title = edit == null ? "New rate limit" : "Rate limit " + name;
        return Answer.view(
                        "settings/form",
                        title,
                        Workbench.SECTION,
                        new FormModel(
                                title,
                                "Buckets keep what they hold when a limit is edited, as far as its new size allows.",
                                edit == null ? NEW : "/settings/limits/" + Urls.encode(name),
                                edit == null ? bench.current().number() : edit.base(),
                                edit == null ? "" : edit.text(),
                                field,
                                scopes(document.at(List.of("limits", place(name).get(1), "by"))),
                                isLocked ? PoolPages.locked(filled.groups()) : filled.groups(),
                                filled.fields(),
                                filled.others(),
                                edit == null || isLocked ? "" : "Remove this limit…"))
                .withStatus(problems.isEmpty() ? 200 : 422);
    }

    private static Field nameField(String name, List<SettingsProblem> problems) {
        return Field.text("name", "Name")
                .help("What it is called in header fields and counts: a-z, 0-9, dot, dash and underscore, at most 64.")
                .longest(64)
                .required()
                .first()
                .value(name)
                .error(
                        problems.stream().anyMatch(problem -> problem.path().equals("name"))
                                ? "Expected is a name of a-z, 0-9, dot, dash and underscore that no other limit has."
                                : "");
    }

    private static List<Choice> scopes(JsonNode by) {
        Set<String> ticked = new HashSet<>();
        by.forEach(scope -> ticked.add(scope.asText()));
        List<Choice> choices = new ArrayList<>();
        for (Scope scope : Scope.values()) {
            String word = SettingsPages.word(scope);
            String label = switch (scope) {
                case KEY -> "each API key";
                case IP -> "each address";
                case MODEL -> "each model";
                case POOL -> "each pool";
            };
            choices.add(new Choice(word, label, ticked.contains(word)));
        }
        return choices;
    }

    private static Step by(PageRequest request, String name) {
        ArrayNode by = Document.NODES.arrayNode();
        request.fields("by").stream()
                .distinct()
                .limit(Scope.values().length + 1L)
                .forEach(by::add);
        return new Step(List.of("limits", place(name).get(1), "by"), by);
    }

    private List<Step> steps(PageRequest request, Document base, String name) {
        List<Step> steps = new ArrayList<>(Forms.steps(request, base, SECTIONS, place(name)));
        Step by = by(request, name);
        if (!sameSet(base.at(by.path()), by.value())) {
            steps.add(by);
        }
        return steps;
    }

    private static boolean sameSet(JsonNode one, @Nullable JsonNode other) {
        Set<String> before = new HashSet<>();
        one.forEach(scope -> before.add(scope.asText()));
        Set<String> after = new HashSet<>();
        if (other != null) {
            other.forEach(scope -> after.add(scope.asText()));
        }
        return !one.isMissingNode() && before.equals(after);
    }

    private Answer change(PageRequest request) {
        bench.checkEditable();
        String name = name(request);
        Edit begun = Forms.begun(request, bench.current().number());
        Document base = bench.base(begun);
        Document before = base.with(begun.steps());
        Document changed = before.with(steps(request, before, name));
        Edit edit = new Edit(begun.base(), base.to(changed));
        List<SettingsProblem> problems = Forms.problems(changed);
        return problems.isEmpty()
                ? bench.review(edit, "/settings/limits/" + Urls.encode(name), "", "")
                : form(request, name, edit, changed, problems);
    }

    private Answer add(PageRequest request) {
        bench.checkEditable();
        String name = request.field("name").strip();
        Document base = Document.of(bench.current().settings());
        boolean isTaken = !name.matches("[a-z0-9][a-z0-9._-]{0,63}")
                || !base.at(List.of("limits", name)).isMissingNode();
        String key = isTaken ? "" : name;
        Document filled = base.with(steps(request, base, key));
        List<Step> whole = List.of(new Step(place(key), filled.at(place(key))));
        List<SettingsProblem> problems = new ArrayList<>(Forms.problems(filled));
        if (isTaken) {
            problems.add(new SettingsProblem("name", name, "a name that is free"));
        }
        if (problems.isEmpty()) {
            return bench.review(new Edit(bench.current().number(), whole), NEW, "", "");
        }
        Document shown = filled.with(List.of(new Step(place(name), filled.at(place(key)))));
        return form(request, name, null, isTaken ? shown : filled, problems);
    }

    private Answer remove(PageRequest request) {
        bench.checkEditable();
        List<Step> steps = List.of(new Step(List.of("limits", name(request)), null));
        return bench.review(
                new Edit(bench.current().number(), steps), "/settings/limits/" + Urls.encode(name(request)), "", "");
    }
}
