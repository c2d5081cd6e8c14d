// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import io.anteroom.admin.preview.PastRequests;
import io.anteroom.admin.preview.Preview;
import io.anteroom.admin.preview.PreviewReport;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.parts.Difference;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.settings.Change;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import io.anteroom.settings.SettingsText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What the pages of the settings share: the documents that edits begin from, and how an edit is shown. */
final class Workbench {
    static final String SECTION = "settings";
    private static final int MOST_DIFFERENCES = 300;
    private static final int MOST_PREVIEWS = 4;

    private final SettingsDesk desk;
    private final @Nullable PastRequests past;

    Workbench(SettingsDesk desk, @Nullable PastRequests past) {
        this.desk = desk;
        this.past = past;
    }

    SettingsDesk desk() {
        return desk;
    }

    Revision current() {
        return desk.current();
    }

    /** Whether the fields of a form can only be read. */
    boolean isLocked(PageRequest request) {
        return desk.source() != null || !request.principal().may(io.anteroom.admin.store.Role.ADMIN, "");
    }

    /** What an edit begins from: its revision, or what counts now if that is not kept any more. */
    Document base(Edit edit) {
        Revision revision = desk.find(edit.base());
        return Document.of((revision == null ? desk.current() : revision).settings());
    }

    Edit edit(PageRequest request) {
        return Edit.read(request.field("edit"));
    }

    /** Where an edit was begun; always a page of ours. */
    static String from(PageRequest request) {
        String from = Urls.ours(request.field("from"));
        return from.startsWith("/settings") ? from : "/settings";
    }

    /** An edit before it is saved. */
    Answer review(Edit edit, String from, String comment, String problem) {
        if (edit.base() != desk.current().number()) {
            return conflict(edit, from);
        }
        Settings before = desk.current().settings();
        Settings after = base(edit).with(edit.steps()).settings();
        List<Change> changes = SettingsText.difference(before, after);
        if (changes.isEmpty() && problem.isEmpty()) {
            return Answer.failed(from, "There is nothing to change: that is how it is set.");
        }
        List<Difference> shown =
                changes.stream().limit(MOST_DIFFERENCES).map(Workbench::shown).toList();
        return Answer.view(
                        "settings/review",
                        "Review changes",
                        SECTION,
                        new Review(
                                edit.text(),
                                edit.base(),
                                from,
                                shown,
                                changes.size() - shown.size(),
                                previews(before, after),
                                comment,
                                problem))
                .withStatus(problem.isEmpty() ? 200 : 503);
    }

    static Difference shown(Change change) {
        return new Difference(change.path(), change.before(), change.after());
    }

    private List<Review.PoolPreview> previews(Settings before, Settings after) {
        List<Review.PoolPreview> previews = new ArrayList<>();
        PastRequests known = past;
        if (known == null) {
            return previews;
        }
        after.pools().forEach((name, proposed) -> {
            PoolSettings now = before.pools().get(name);
            if (now != null && !now.equals(proposed) && previews.size() < MOST_PREVIEWS) {
                PreviewReport report = Preview.of(known, name, now, proposed);
                previews.add(new Review.PoolPreview(name, report, lines(report)));
            }
        });
        return previews;
    }

    private static List<Review.Line> lines(PreviewReport report) {
        List<Review.Line> lines = new ArrayList<>();
        for (Priority level : Priority.values()) {
            PreviewReport.Figures before = report.current().levels().get(level);
            PreviewReport.Figures after = report.proposed().levels().get(level);
            if (before != null && after != null) {
                lines.add(
                        new Review.Line(level.name().toLowerCase(Locale.ROOT), false, before.arrived(), before, after));
            }
        }
        if (lines.size() > 1) {
            lines.add(new Review.Line(
                    "all",
                    true,
                    report.current().all().arrived(),
                    report.current().all(),
                    report.proposed().all()));
        }
        return lines;
    }

    /** Somebody else was quicker: what they did, what I want, and where both differ. */
    Answer conflict(Edit edit, String from) {
        Revision theirs = desk.current();
        Revision old = desk.find(edit.base());
        Document now = Document.of(theirs.settings());
        Document before = old == null ? now : Document.of(old.settings());
        return Answer.view("settings/conflict", "Changed meanwhile", SECTION, Merge.of(edit, before, now, theirs, from))
                .withStatus(409);
    }

    /** A revision of that number. */
    Revision revision(String number) {
        try {
            Revision revision = desk.find(Long.parseLong(number));
            if (revision != null) {
                return revision;
            }
        } catch (NumberFormatException e) {
            throw PageException.notFound("Revisions are numbered.");
        }
        throw PageException.notFound("There is no revision " + number
                + ": it was never made, or is not kept any more (retention.revisions says how many are).");
    }

    /** Those who may not change anything are told so before they have filled in a form. */
    void checkEditable() {
        if (desk.source() != null) {
            throw PageException.conflict("The settings come from " + desk.source()
                    + " and are not edited here. Change them there; it is followed within seconds.");
        }
    }
}
