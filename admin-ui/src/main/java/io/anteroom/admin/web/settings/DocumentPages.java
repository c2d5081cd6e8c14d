// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import com.fasterxml.jackson.databind.JsonNode;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Route;
import io.anteroom.admin.web.Site;
import io.anteroom.settings.Revision;
import io.anteroom.settings.RevisionText;
import io.anteroom.settings.SettingsProblem;
import io.anteroom.settings.SettingsText;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The document as text: whole, for import and export, or one part of it. */
final class DocumentPages {
    private static final String PAGE = "/settings/document";
    private static final Map<String, String> PARTS = parts();

    private final Workbench bench;

    DocumentPages(Workbench bench) {
        this.bench = bench;
    }

    /**
     * A text to edit.
     *
     * @param part the part of the document, empty for all of it
     * @param about what it is
     * @param text the JSON
     * @param base the revision that it was made from
     * @param problems what is wrong with it
     * @param parts the parts by their names
     * @param isLocked whether it can only be read
     */
    record Model(
            String part,
            String about,
            String text,
            long base,
            List<String> problems,
            Map<String, String> parts,
            boolean isLocked) {}

    void addTo(Site.Builder site) {
        site.get(PAGE, Role.ADMIN, this::show);
        site.route(new Route("POST", PAGE, Role.ADMIN, SavePages.LONG_FORM, this::change));
        site.route(new Route("POST", PAGE + "/back", Role.ADMIN, SavePages.LONG_FORM, this::back));
        site.get("/settings/export", Role.ADMIN, request -> export(bench.current()));
        site.get(
                "/settings/revisions/{number}/export",
                Role.ADMIN,
                request -> export(bench.revision(request.name("number"))));
        site.get("/settings/schema", Role.VIEWER, request -> file("settings.schema.json", SettingsText.schema()));
    }

    private static Map<String, String> parts() {
        Map<String, String> parts = new LinkedHashMap<>();
        parts.put("routes", "Pools by path: /exact, /prefix/* or *. What fits none passes without waiting.");
        parts.put("models", "Pools by model: exact, prefix* or *; stronger than the path.");
        parts.put("groups", "Policies by name, for callers who share one.");
        parts.put("others", "The policy of everybody without an entry, and whether unknown keys are let in.");
        parts.put("budgets", "Hard quotas by the calendar: requests, tokens or cost in a day or a month.");
        parts.put("prices", "What models cost, in millionths for each million tokens; the first that fits counts.");
        parts.put("watch", "When a queue deserves attention: thresholds and times of notices.");
        parts.put("retention", "How much of the past is kept.");
        return parts;
    }

    private Answer show(PageRequest request) {
        String part = part(request.query("part"));
        Revision current = bench.current();
        return view(request, part, text(Document.of(current.settings()), part), current.number(), List.of());
    }

    private static String part(String part) {
        if (!part.isEmpty() && !PARTS.containsKey(part)) {
            throw PageException.notFound("There is no such part of the settings.");
        }
        return part;
    }

    private static String text(Document document, String part) {
        return part.isEmpty() ? document.text() : Document.pretty(document.at(List.of(part)));
    }

    private Answer view(PageRequest request, String part, String text, long base, List<String> problems) {
        String title = part.isEmpty()
                ? "The whole document"
                : part.substring(0, 1).toUpperCase(java.util.Locale.ROOT) + part.substring(1);
        String about = part.isEmpty()
                ? "Everything that can be edited, as JSON. Put an exported document in its place to import it."
                : PARTS.getOrDefault(part, "");
        return Answer.view(
                        "settings/document",
                        title,
                        Workbench.SECTION,
                        new Model(part, about, text, base, problems, PARTS, bench.isLocked(request)))
                .withStatus(problems.isEmpty() ? 200 : 422);
    }

    private Answer back(PageRequest request) {
        Edit edit = bench.edit(request);
        // With its base: what others have saved meanwhile is met by the next review, and not taken back by this text.
        return view(request, "", bench.base(edit).with(edit.steps()).text(), edit.base(), List.of());
    }

    private Answer change(PageRequest request) {
        bench.checkEditable();
        String part = part(request.field("part"));
        String text = request.field("text");
        Edit begun = new Edit(number(request), List.of());
        Document base = bench.base(begun);
        Document changed;
        try {
            changed = part.isEmpty() ? Document.ofText(text) : withPart(base, part, Document.read(text));
        } catch (IllegalArgumentException e) {
            return view(request, part, text, begun.base(), List.of(String.valueOf(e.getMessage())));
        }
        List<SettingsProblem> problems = Forms.problems(changed);
        if (!problems.isEmpty()) {
            List<String> told = new ArrayList<>();
            problems.stream().limit(100).forEach(problem -> told.add(problem.toString()));
            return view(request, part, text, begun.base(), told);
        }
        // What was left out has its usual value: compared is what is meant, not what is written.
        Document meant = Document.of(changed.settings());
        return bench.review(new Edit(begun.base(), base.to(meant)), PAGE, "", "");
    }

    private static Document withPart(Document base, String part, JsonNode value) {
        return base.with(List.of(new Step(List.of(part), value)));
    }

    private long number(PageRequest request) {
        String base = request.field("base");
        return base.matches("\\d{1,18}")
                ? Long.parseLong(base)
                : bench.current().number();
    }

    private static Answer export(Revision revision) {
        return file("anteroom-settings-" + revision.number() + ".json", RevisionText.write(revision));
    }

    private static Answer file(String name, String text) {
        return new Answer.Download(name, "application/json", out -> out.write(text.getBytes(StandardCharsets.UTF_8)));
    }
}
