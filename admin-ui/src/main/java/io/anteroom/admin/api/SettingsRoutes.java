// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.anteroom.admin.store.Role;
import io.anteroom.settings.Revision;
import io.anteroom.settings.RevisionText;
import io.anteroom.settings.Settings;
import io.anteroom.settings.SettingsException;
import io.anteroom.settings.SettingsText;
import io.anteroom.webhook.WebhookSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The settings document: reading, editing, its history. */
final class SettingsRoutes {
    static final String AREA = "settings";
    private static final int LONGEST_COMMENT = 1000;
    private static final int HASH_SHOWN = 8;

    private final Edits edits;

    SettingsRoutes(Edits edits) {
        this.edits = edits;
    }

    /** What an edit has made. */
    record EditView(
            long revision,
            Instant at,
            String by,
            String comment,

            @Field("whether nothing has been stored, as was asked")
            boolean dryRun,

            List<Edits.ChangeView> changes) {}

    /** A revision without its document. */
    record NoteView(long revision, Instant at, String by, String comment) {
        static NoteView of(Revision.Note note) {
            return new NoteView(note.number(), note.at(), note.by(), note.comment());
        }
    }

    /** Revisions, newest first. */
    record History(List<NoteView> revisions, @Nullable String nextCursor) {}

    /** What differs between two revisions. */
    record DifferenceView(long from, long to, List<Edits.ChangeView> changes) {}

    /** Where to go back to. */
    record Rollback(
            @Field(min = 1, max = Long.MAX_VALUE - 1) long revision,

            @Field(value = "why", max = LONGEST_COMMENT) @Nullable String comment) {}

    List<Route> routes() {
        return List.of(
                Route.of(
                                "GET",
                                "/settings",
                                AREA,
                                Role.VIEWER,
                                "The settings document; hashes of keys, and webhooks' addresses after the host, are masked"
                                        + " unless one is admin.")
                        .by(this::current),
                edit("PUT", "Puts another document in place."),
                edit("PATCH", "Changes members of the document, by a JSON Merge Patch (RFC 7396)."),
                Route.of("GET", "/settings/schema", AREA, Role.VIEWER, "The JSON Schema of the document.")
                        .by(call -> Reply.text(Reply.JSON, SettingsText.schema())),
                Route.of("GET", "/settings/history", AREA, Role.VIEWER, "The revisions, newest first.")
                        .paged()
                        .answers(200, History.class)
                        .by(this::history),
                Route.of("GET", "/settings/history/{revision}", AREA, Role.VIEWER, "One revision with its document.")
                        .by(call -> Reply.text(Reply.JSON, text(call, revision(number(call.name("revision")))))),
                Route.of("GET", "/settings/difference", AREA, Role.VIEWER, "What differs between two revisions.")
                        .number("from", 1, Long.MAX_VALUE / 2, "the older one; the one before the current if left out")
                        .number("to", 1, Long.MAX_VALUE / 2, "the newer one; the current if left out")
                        .answers(200, DifferenceView.class)
                        .also(404)
                        .by(this::difference),
                Route.of(
                                "POST",
                                "/settings/rollback",
                                AREA,
                                Role.ADMIN,
                                "Goes back to an older revision, as a new one.")
                        .takes(Rollback.class)
                        .ifMatch()
                        .also(404)
                        .also(409)
                        .answers(200, EditView.class)
                        .by(this::rollBack),
                Route.of("GET", "/settings/export", AREA, Role.ADMIN, "The current revision, for a file.")
                        .by(this::export),
                Route.of(
                                "POST",
                                "/settings/import",
                                AREA,
                                Role.ADMIN,
                                "Puts an exported revision, or a document, in place.")
                        .takesTree(Route.LARGE_BODY)
                        .ifMatch()
                        .also(409)
                        .flag("dry_run", "checks and compares only")
                        .text("comment", LONGEST_COMMENT, "why")
                        .answers(200, EditView.class)
                        .by(this::importRevision));
    }

    private Route edit(String method, String summary) {
        return Route.of(method, "/settings", AREA, Role.ADMIN, summary)
                .takesTree(Route.LARGE_BODY)
                .ifMatch()
                .also(409)
                .flag("dry_run", "checks and compares only")
                .text("comment", LONGEST_COMMENT, "why")
                .answers(200, EditView.class)
                .by(call -> edit(call, method.equals("PATCH")));
    }

    private Reply current(Call call) {
        Revision now = edits.desk().current();
        JsonNode document = Edits.document(now.settings());
        return Reply.of(isAdmin(call) ? document : masked(document))
                .with("ETag", Edits.etag(now))
                .with("Settings-Revision", String.valueOf(now.number()));
    }

    private static boolean isAdmin(Call call) {
        return call.principal().role().covers(Role.ADMIN);
    }

    /**
     * Enough of a hash to tell two apart, too little to check guesses against; of addresses what follows the host is
     * left out.
     */
    private static JsonNode masked(JsonNode node) {
        if (node instanceof ObjectNode object) {
            for (Map.Entry<String, JsonNode> member : object.properties()) {
                String text = member.getValue().asText();
                if (member.getKey().equals("key_sha256") && text.length() > HASH_SHOWN) {
                    member.setValue(TextNode.valueOf(text.substring(0, HASH_SHOWN) + "…"));
                } else if (member.getKey().equals("url") && member.getValue().isTextual()) {
                    member.setValue(TextNode.valueOf(WebhookSettings.publicUrl(text)));
                } else {
                    masked(member.getValue());
                }
            }
        } else {
            node.forEach(SettingsRoutes::masked);
        }
        return node;
    }

    private static String text(Call call, Revision revision) {
        String text = RevisionText.write(revision);
        return isAdmin(call) ? text : Json.write(masked(Json.tree(text)));
    }

    private Reply edit(Call call, boolean isPatch) {
        long base = Edits.base(call);
        edits.checkWritable();
        JsonNode sent = call.tree();
        if (!isPatch) {
            return apply(call, Edits.read(Json.write(sent)), base);
        }
        Revision from = edits.desk().find(base);
        Revision now = edits.desk().current();
        if (from == null) {
            throw Edits.stale(now, now.settings());
        }
        JsonNode patched = MergePatch.apply(Edits.document(from.settings()), sent);
        return apply(call, Edits.read(Json.write(patched)), base);
    }

    private Reply apply(Call call, Settings wanted, long base) {
        Revision now = edits.desk().current();
        String given = call.query("comment");
        String comment = given == null ? "" : given;
        if (base != now.number()) {
            ApiProblem stale = Edits.stale(now, wanted);
            call.auditFailed("settings.edit", "stale: from " + base + ", current " + now.number(), "");
            throw stale;
        }
        if (call.flag("dry_run")) {
            return Reply.of(new EditView(
                            now.number(),
                            now.at(),
                            now.by(),
                            comment,
                            true,
                            Edits.changes(SettingsText.difference(now.settings(), wanted))))
                    .with("ETag", Edits.etag(now));
        }
        Revision made = edits.finish(
                call, edits.desk().edit(wanted, base, call.principal().name(), Text.line(comment, LONGEST_COMMENT)));
        return made(made, now);
    }

    private static Reply made(Revision made, Revision before) {
        List<Edits.ChangeView> changes = Edits.changes(SettingsText.difference(before.settings(), made.settings()));
        return Reply.of(new EditView(made.number(), made.at(), made.by(), made.comment(), false, changes))
                .with("ETag", Edits.etag(made));
    }

    private Reply history(Call call) {
        int limit = call.limit();
        List<Revision.Note> notes = edits.desk().history(call.cursor(Long.MAX_VALUE), limit);
        String next = notes.size() < limit
                ? null
                : String.valueOf(notes.get(notes.size() - 1).number());
        return Reply.of(new History(notes.stream().map(NoteView::of).toList(), next));
    }

    private static long number(String text) {
        if (!text.matches("[0-9]{1,18}")) {
            throw ApiProblem.missing("revision: no number (expected: one of the history)");
        }
        return Long.parseLong(text);
    }

    private Revision revision(long number) {
        Revision found = edits.desk().find(number);
        if (found == null) {
            throw ApiProblem.missing("revision: " + number + " is not kept (expected: one of the history)");
        }
        return found;
    }

    private Reply difference(Call call) {
        long to = call.number("to", edits.desk().current().number());
        long from = call.number("from", Math.max(1, to - 1));
        return Reply.of(new DifferenceView(
                from,
                to,
                Edits.changes(SettingsText.difference(
                        revision(from).settings(), revision(to).settings()))));
    }

    private Reply rollBack(Call call) {
        long base = Edits.base(call);
        edits.checkWritable();
        Rollback wanted = call.body(Rollback.class);
        Revision now = edits.desk().current();
        String given = wanted.comment();
        String comment = given == null ? "back to revision " + wanted.revision() : given;
        Revision made = edits.finish(
                call,
                edits.desk()
                        .rollBack(
                                wanted.revision(), base, call.principal().name(), Text.line(comment, LONGEST_COMMENT)));
        return made(made, now);
    }

    private Reply export(Call call) {
        Revision now = edits.desk().current();
        call.audit("settings.export", "revision " + now.number(), "");
        return Reply.text(Reply.JSON, RevisionText.write(now))
                .with("ETag", Edits.etag(now))
                .with("Content-Disposition", "attachment; filename=\"anteroom-settings-" + now.number() + ".json\"");
    }

    private Reply importRevision(Call call) {
        long base = Edits.base(call);
        edits.checkWritable();
        JsonNode sent = call.tree();
        if (!sent.has("revision")) {
            return apply(call, Edits.read(Json.write(sent)), base);
        }
        try {
            return apply(call, RevisionText.read(Json.write(sent)).settings(), base);
        } catch (SettingsException e) {
            throw Edits.invalid(e.problems());
        }
    }
}
