// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.settings.EditResult;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsException;
import java.util.List;

/** What becomes of an edit: it is saved, meets another's, or is put on top of it. */
final class SavePages {
    private static final int LONGEST_COMMENT = 1000;
    private static final int LONGEST_NAME = 128;
    /** An edit of the whole document may be as long as the document, encoded. */
    static final int LONG_FORM = 24 << 20;

    private final Workbench bench;

    SavePages(Workbench bench) {
        this.bench = bench;
    }

    void addTo(Site.Builder site) {
        site.route(new io.anteroom.admin.web.Route("POST", "/settings/save", Role.ADMIN, LONG_FORM, this::save));
        site.route(new io.anteroom.admin.web.Route("POST", "/settings/merge", Role.ADMIN, LONG_FORM, this::merge));
    }

    private Answer merge(PageRequest request) {
        bench.checkEditable();
        Edit edit = bench.edit(request);
        String from = Workbench.from(request);
        try {
            return bench.review(edit, from, "", "");
        } catch (SettingsException e) {
            return Answer.failed(
                    from, "The two edits do not fit together: " + e.problems().get(0));
        }
    }

    private Answer save(PageRequest request) {
        bench.checkEditable();
        Edit edit = bench.edit(request);
        String from = Workbench.from(request);
        String comment = request.field("comment").strip();
        if (comment.length() > LONGEST_COMMENT) {
            return bench.review(edit, from, comment, "The comment is longer than 1,000 characters.");
        }
        Settings settings;
        try {
            settings = bench.base(edit).with(edit.steps()).settings();
        } catch (SettingsException e) {
            throw PageException.badRequest(
                    "The settings would not fit together: " + e.problems().get(0));
        }
        EditResult result = bench.desk().edit(settings, edit.base(), by(request), comment);
        if (result instanceof EditResult.Applied applied) {
            return Answer.done(after(from, settings), told(applied));
        }
        if (result instanceof EditResult.Unchanged) {
            return Answer.failed(from, "There is nothing to change: that is how it is set.");
        }
        if (result instanceof EditResult.Stale) {
            return bench.conflict(edit, from);
        }
        if (result instanceof EditResult.Invalid invalid) {
            throw PageException.badRequest(
                    "The settings would not fit together: " + invalid.problems().get(0));
        }
        String why = result instanceof EditResult.Failed failed ? failed.why() : "It is not possible now.";
        return bench.review(edit, from, comment, why + " Nothing has changed; what you entered is kept below.");
    }

    private static String by(PageRequest request) {
        String name = request.principal().name();
        return name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }

    private static String told(EditResult.Applied applied) {
        int changes = applied.changes().size();
        return "In force as revision " + applied.revision().number() + ": " + changes
                + (changes == 1 ? " value has" : " values have") + " changed.";
    }

    /** The page of what is gone, or was new, is not where one goes back to. */
    private static String after(String from, Settings settings) {
        List<String> parts = List.of(from.split("/"));
        boolean isPool = parts.size() == 4 && parts.get(2).equals("pools");
        boolean isKnownPool = isPool && settings.pools().containsKey(parts.get(3));
        return isKnownPool || from.equals("/settings/document") ? from : "/settings";
    }
}
