// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.parts.Difference;
import io.anteroom.admin.web.parts.Pager;
import io.anteroom.settings.Change;
import io.anteroom.settings.Revision;
import io.anteroom.settings.SettingsText;
import java.util.List;

/** Earlier revisions: who made them and why, what they changed, and the way back. */
final class HistoryPages {
    private static final int PAGE = 50;
    private static final int MOST_DIFFERENCES = 500;

    private final Workbench bench;

    HistoryPages(Workbench bench) {
        this.bench = bench;
    }

    /** A list of revisions, newest first. */
    record History(List<Revision.Note> revisions, long current, Pager pager) {}

    /**
     * Two revisions side by side.
     *
     * @param revision the one that it is about
     * @param other the one that it is compared with
     * @param current the one that counts
     * @param differences from the earlier to the later
     * @param more how many are not shown
     * @param isRestorable whether there is a way back to it
     */
    record Compared(
            Revision.Note revision,
            Revision.Note other,
            long current,
            List<Difference> differences,
            int more,
            boolean isRestorable) {}

    void addTo(Site.Builder site) {
        site.get("/settings/history", Role.VIEWER, this::history);
        site.get("/settings/revisions/{number}", Role.VIEWER, this::show);
        site.post("/settings/revisions/{number}/restore", Role.ADMIN, this::restore);
    }

    private Answer history(PageRequest request) {
        long before = request.number("before", Long.MAX_VALUE, 1, Long.MAX_VALUE);
        List<Revision.Note> notes = bench.desk().history(before, PAGE + 1);
        List<Revision.Note> shown = notes.subList(0, Math.min(PAGE, notes.size()));
        String older = notes.size() > PAGE
                ? "/settings/history?before=" + shown.get(shown.size() - 1).number()
                : "";
        String newer = before == Long.MAX_VALUE ? "" : "/settings/history";
        return Answer.view(
                "settings/history",
                "History of the settings",
                Workbench.SECTION,
                new History(
                        shown,
                        bench.current().number(),
                        Pager.byTime(shown.size() == 1 ? "1 revision" : shown.size() + " revisions", newer, older)));
    }

    private Answer show(PageRequest request) {
        Revision revision = bench.revision(request.name("number"));
        long wanted = request.number("with", revision.number() - 1, 1, Long.MAX_VALUE);
        Revision found = bench.desk().find(Math.max(1, wanted));
        Revision other = found == null ? bench.current() : found;
        boolean isLater = other.number() > revision.number();
        List<Change> changes = isLater
                ? SettingsText.difference(revision.settings(), other.settings())
                : SettingsText.difference(other.settings(), revision.settings());
        List<Difference> shown =
                changes.stream().limit(MOST_DIFFERENCES).map(Workbench::shown).toList();
        long current = bench.current().number();
        return Answer.view(
                "settings/revision",
                "Revision " + revision.number(),
                Workbench.SECTION,
                new Compared(
                        revision.note(),
                        other.note(),
                        current,
                        shown,
                        changes.size() - shown.size(),
                        revision.number() != current && !bench.isLocked(request)));
    }

    private Answer restore(PageRequest request) {
        bench.checkEditable();
        Revision old = bench.revision(request.name("number"));
        Revision now = bench.current();
        List<Step> steps = Document.of(now.settings()).to(Document.of(old.settings()));
        return bench.review(new Edit(now.number(), steps), "/settings/history", "Back to revision " + old.number(), "");
    }
}
