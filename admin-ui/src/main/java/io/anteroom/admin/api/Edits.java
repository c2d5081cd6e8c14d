// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import com.fasterxml.jackson.databind.JsonNode;
import io.anteroom.settings.Change;
import io.anteroom.settings.EditResult;
import io.anteroom.settings.Revision;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsDesk;
import io.anteroom.settings.SettingsException;
import io.anteroom.settings.SettingsProblem;
import io.anteroom.settings.SettingsText;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Edits of the settings, and how their ends are told. Safe from any thread. */
final class Edits {
    /** Of 50 editors at once the last has 49 before it. */
    private static final int TRIES = 200;

    private static final int MOST_PROBLEMS = 200;

    private final SettingsDesk desk;
    private final boolean isAuditedByStore;
    private final @Nullable String readOnly;

    /**
     * Edits at a desk.
     *
     * @param isAuditedByStore whether the desk's store writes down each edit by itself
     * @param readOnly why nothing can be edited, or null if it can
     */
    Edits(SettingsDesk desk, boolean isAuditedByStore, @Nullable String readOnly) {
        this.desk = desk;
        this.isAuditedByStore = isAuditedByStore;
        this.readOnly = readOnly;
    }

    SettingsDesk desk() {
        return desk;
    }

    /** Refuses everything that would change the settings where they come from elsewhere. */
    void checkWritable() {
        if (readOnly != null) {
            throw ApiProblem.conflict("settings_read_only", "the settings come from elsewhere: " + readOnly);
        }
    }

    static String etag(Revision revision) {
        return '"' + String.valueOf(revision.number()) + '"';
    }

    /** The revision that a call's {@code If-Match} names. */
    static long base(Call call) {
        String match = call.request().getHeader("If-Match");
        if (match == null) {
            throw new ApiProblem(
                    428, "precondition_required", "If-Match: missing (expected: the ETag that the edit was made from)");
        }
        String number = match.strip().replaceFirst("^W/", "").replace("\"", "");
        if (!number.matches("[0-9]{1,18}")) {
            throw ApiProblem.invalid("If-Match: " + Text.shown(match) + " (expected: an ETag of ours, as in \"17\")");
        }
        return Long.parseLong(number);
    }

    /** A new revision, or the problem that there is none. */
    Revision finish(Call call, EditResult result) {
        if (result instanceof EditResult.Applied applied) {
            if (!isAuditedByStore) {
                String detail = applied.changes().stream().map(Change::toString).collect(Collectors.joining("\n"));
                call.audit("settings.edit", subject(applied.revision()), detail);
            }
            return applied.revision();
        }
        if (result instanceof EditResult.Unchanged unchanged) {
            return unchanged.current();
        }
        ApiProblem problem = problem(result);
        call.auditFailed("settings.edit", "", String.valueOf(problem.getMessage()));
        throw problem;
    }

    private static String subject(Revision revision) {
        return "revision " + revision.number() + (revision.comment().isEmpty() ? "" : ": " + revision.comment());
    }

    private static ApiProblem problem(EditResult result) {
        if (result instanceof EditResult.Stale stale) {
            return stale(stale.current(), stale.proposed());
        }
        if (result instanceof EditResult.Invalid invalid) {
            return invalid(invalid.problems());
        }
        if (result instanceof EditResult.Missing missing) {
            return ApiProblem.missing("revision: " + missing.number() + " is not kept (expected: one of the history)");
        }
        return new ApiProblem(503, "settings_not_stored", ((EditResult.Failed) result).why() + "; nothing has changed");
    }

    /** Both versions, so that nobody has to ask again to put them together. */
    static ApiProblem stale(Revision current, Settings proposed) {
        return new ApiProblem(
                        412,
                        "stale_edit",
                        "If-Match: somebody else was quicker, revision " + current.number()
                                + " counts now (expected: an edit made from it)")
                .withHeader("ETag", etag(current))
                .with("current_revision", current.number())
                .with("current_by", current.by())
                .with("current", document(current.settings()))
                .with("proposed", document(proposed))
                .with("difference", changes(SettingsText.difference(current.settings(), proposed)));
    }

    static ApiProblem invalid(List<SettingsProblem> problems) {
        String first = problems.isEmpty()
                ? "the settings cannot be used"
                : problems.get(0).toString();
        String more = problems.size() > 1 ? " and " + (problems.size() - 1) + " more" : "";
        return new ApiProblem(400, "invalid_settings", first + more)
                .with("errors", problems.stream().limit(MOST_PROBLEMS).toList());
    }

    static JsonNode document(Settings settings) {
        return Json.tree(SettingsText.write(settings));
    }

    /** One difference, as it is shown. */
    record ChangeView(
            String path,
            @Field("as JSON; empty if nothing stood there") String before,
            @Field("as JSON; empty if nothing stands there") String after) {}

    static List<ChangeView> changes(List<Change> changes) {
        return changes.stream()
                .map(change -> new ChangeView(change.path(), change.before(), change.after()))
                .toList();
    }

    /** Reads a document, or tells all that is wrong with it. */
    static Settings read(String json) {
        try {
            return SettingsText.read(json);
        } catch (SettingsException e) {
            throw invalid(e.problems());
        }
    }

    /** Changes one thing of whatever the settings are now, again if somebody else comes in between. */
    Revision change(Call call, String comment, UnaryOperator<Settings> change) {
        checkWritable();
        for (int i = 0; i < TRIES; i++) {
            Revision now = desk.current();
            Settings changed;
            try {
                changed = change.apply(now.settings());
            } catch (SettingsException e) {
                throw invalid(e.problems());
            } catch (IllegalArgumentException e) {
                throw ApiProblem.invalid(String.valueOf(e.getMessage()));
            }
            EditResult result =
                    desk.edit(changed, now.number(), call.principal().name(), Text.line(comment, 1000));
            if (!(result instanceof EditResult.Stale)) {
                return finish(call, result);
            }
        }
        throw ApiProblem.conflict("busy_settings", "the settings are edited all the time (expected: try again)");
    }
}
