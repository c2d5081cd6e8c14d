// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.settings.FormModel.Filled;
import io.anteroom.admin.web.settings.FormModel.Group;
import io.anteroom.admission.PoolSettings;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsProblem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Forms of pools. */
final class PoolPages {
    private static final String NEW = "/settings/new-pool";
    private static final String PLACEHOLDER = "new";
    private static final List<Section> SECTIONS = PoolItems.sections();

    private final Workbench bench;

    PoolPages(Workbench bench) {
        this.bench = bench;
    }

    void addTo(Site.Builder site) {
        site.get("/settings/pools/{pool}", Role.VIEWER, request -> show(request, pool(request), null));
        site.post("/settings/pools/{pool}", Role.ADMIN, request -> change(request, pool(request)));
        site.post(
                "/settings/pools/{pool}/back",
                Role.ADMIN,
                request -> show(request, pool(request), bench.edit(request)));
        site.post("/settings/pools/{pool}/remove", Role.ADMIN, this::remove);
        site.get(NEW, Role.ADMIN, request -> formOfNew("", null, usual(), PLACEHOLDER, List.of()));
        site.post(NEW, Role.ADMIN, this::add);
        site.post(NEW + "/back", Role.ADMIN, this::backToNew);
    }

    private static String pool(PageRequest request) {
        return request.name("pool");
    }

    private Answer show(PageRequest request, String pool, @Nullable Edit begun) {
        Edit edit = begun == null ? new Edit(bench.current().number(), List.of()) : begun;
        Document document = bench.base(edit).with(edit.steps());
        return form(request, pool, edit, document, List.of());
    }

    private Answer form(
            PageRequest request, String pool, Edit edit, Document document, List<SettingsProblem> problems) {
        List<String> place = List.of("pools", pool);
        if (document.at(place).isMissingNode()) {
            throw PageException.notFound("There is no pool of that name in the settings.");
        }
        Filled filled = FormModel.fill(SECTIONS, document, place, problems);
        boolean isLocked = bench.isLocked(request);
        String removable = isLocked || document.names("pools").size() < 2 ? "" : "Remove this pool…";
        String lede = "Changes are shown, with what they would have done, before they count.";
        return Answer.view(
                        "settings/form",
                        "Pool " + pool,
                        Workbench.SECTION,
                        new FormModel(
                                "Pool " + pool,
                                lede,
                                "/settings/pools/" + Urls.encode(pool),
                                edit.base(),
                                edit.text(),
                                null,
                                List.of(),
                                isLocked ? locked(filled.groups()) : filled.groups(),
                                filled.fields(),
                                filled.others(),
                                removable))
                .withStatus(problems.isEmpty() ? 200 : 422);
    }

    static List<Group> locked(List<Group> groups) {
        return groups.stream()
                .map(group -> new Group(
                        group.section(),
                        group.fields().stream().map(field -> field.locked(true)).toList()))
                .toList();
    }

    private Answer change(PageRequest request, String pool) {
        bench.checkEditable();
        Edit begun = Forms.begun(request, bench.current().number());
        Document base = bench.base(begun);
        Document before = base.with(begun.steps());
        Document changed = before.with(Forms.steps(request, before, SECTIONS, List.of("pools", pool)));
        Edit edit = new Edit(begun.base(), base.to(changed));
        List<SettingsProblem> problems = Forms.problems(changed);
        return problems.isEmpty()
                ? bench.review(edit, "/settings/pools/" + Urls.encode(pool), "", "")
                : form(request, pool, edit, changed, problems);
    }

    private Answer remove(PageRequest request) {
        bench.checkEditable();
        Settings now = bench.current().settings();
        String pool = pool(request);
        if (!now.pools().containsKey(pool) || now.pools().size() == 1) {
            throw PageException.conflict("The pool cannot be removed: there is no such pool, or it is the only one.");
        }
        List<Step> steps = Document.of(now).to(Document.of(now.withoutPool(pool)));
        return bench.review(new Edit(bench.current().number(), steps), "/settings/pools/" + Urls.encode(pool), "", "");
    }

    private Document usual() {
        bench.checkEditable();
        Document blank = Document.of(Settings.of(PLACEHOLDER, PoolSettings.ofSlots(8)));
        List<String> place = List.of("pools", PLACEHOLDER);
        return Document.of(bench.current().settings()).with(List.of(new Step(place, blank.at(place))));
    }

    private Answer backToNew(PageRequest request) {
        Edit edit = bench.edit(request);
        List<String> path = edit.steps().isEmpty()
                ? List.of("pools", PLACEHOLDER)
                : edit.steps().get(0).path();
        String name = path.size() == 2 ? path.get(1) : PLACEHOLDER;
        return formOfNew(name, null, bench.base(edit).with(edit.steps()), name, List.of());
    }

    private Answer formOfNew(
            String name, @Nullable String wrong, Document document, String key, List<SettingsProblem> problems) {
        Filled filled = FormModel.fill(SECTIONS, document, List.of("pools", key), problems);
        Field field = Field.text("name", "Name")
                .help("What it is called in settings, answers and metrics: a-z, 0-9, dot, dash and underscore, at most"
                        + " 64. It cannot be changed later.")
                .longest(64)
                .required()
                .first()
                .value(name)
                .error(wrong);
        return Answer.view(
                        "settings/form",
                        "New pool",
                        Workbench.SECTION,
                        new FormModel(
                                "New pool",
                                "A pool takes requests once a route or a model leads to it: add that under Routes.",
                                NEW,
                                bench.current().number(),
                                "",
                                field,
                                List.of(),
                                filled.groups(),
                                filled.fields(),
                                filled.others(),
                                ""))
                .withStatus(problems.isEmpty() && wrong == null ? 200 : 422);
    }

    private Answer add(PageRequest request) {
        bench.checkEditable();
        String name = request.field("name").strip();
        Settings now = bench.current().settings();
        Document base = Document.of(now);
        String wrong = now.pools().containsKey(name)
                ? "There is a pool of that name."
                : name.matches("[a-z0-9][a-z0-9._-]{0,63}")
                        ? null
                        : "Expected is a name of a-z, 0-9, dot, dash and underscore, at most 64, that begins with a"
                                + " letter or a digit.";
        String key = wrong == null ? name : PLACEHOLDER;
        List<Step> fields = Forms.steps(request, base, SECTIONS, List.of("pools", key));
        List<Step> whole =
                List.of(new Step(List.of("pools", key), base.with(fields).at(List.of("pools", key))));
        Document changed = base.with(whole);
        List<SettingsProblem> problems = Forms.problems(changed);
        return wrong == null && problems.isEmpty()
                ? bench.review(new Edit(bench.current().number(), whole), NEW, "", "")
                : formOfNew(name, wrong, changed, key, problems);
    }
}
