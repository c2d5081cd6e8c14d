// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.store.AuditEntry;
import io.anteroom.admin.store.AuditFilter;
import io.anteroom.admin.store.AuditTrail;
import io.anteroom.admin.store.Role;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The audit log: reading and exporting. There is no route that changes it. */
final class AuditRoutes {
    private static final String AREA = "audit";

    private final AuditTrail trail;

    AuditRoutes(AuditTrail trail) {
        this.trail = trail;
    }

    /** An entry as it is shown. */
    record EntryView(
            long id,
            Instant at,
            String actor,
            String role,
            String address,
            String node,
            String deed,
            String subject,
            String outcome,
            @Field("before and after, without secrets") String detail) {
        static EntryView of(AuditEntry entry) {
            return new EntryView(
                    entry.id(),
                    entry.at(),
                    entry.actor(),
                    entry.origin().role(),
                    entry.origin().address(),
                    entry.origin().node(),
                    entry.deed(),
                    entry.subject(),
                    entry.outcome().word(),
                    entry.detail());
        }

        String csv() {
            return String.join(
                    ",",
                    String.valueOf(id),
                    Text.cell(at.toString()),
                    Text.cell(actor),
                    Text.cell(role),
                    Text.cell(address),
                    Text.cell(node),
                    Text.cell(deed),
                    Text.cell(subject),
                    Text.cell(outcome),
                    Text.cell(detail));
        }
    }

    /** Entries, newest first. */
    record EntryList(List<EntryView> entries, @Nullable String nextCursor) {}

    List<Route> routes() {
        return List.of(
                filtered(Route.of("GET", "/audit", AREA, Role.ADMIN, "What was done, newest first."))
                        .paged()
                        .answers(200, EntryList.class)
                        .by(this::list),
                filtered(Route.of(
                                "GET",
                                "/audit/export",
                                AREA,
                                Role.ADMIN,
                                "What was done, as a file; at most 100,000 entries, and a last one that says so if"
                                        + " there are more."))
                        .text("format", "csv|json", "json if left out")
                        .by(this::export));
    }

    private static Route filtered(Route route) {
        return route.text("actor", 128, "whose")
                .text("deed", 64, "what, or the beginning of it up to a dot")
                .text("outcome", "done|denied|failed", "what came of it")
                .text("from", 40, "not before this moment")
                .text("to", 40, "before this moment");
    }

    private static AuditFilter filter(Call call) {
        String outcome = call.query("outcome");
        return new AuditFilter(
                call.query("actor"),
                call.query("deed"),
                outcome == null ? null : AuditEntry.Outcome.valueOf(outcome.toUpperCase(Locale.ROOT)),
                call.moment("from"),
                call.moment("to"));
    }

    private Reply list(Call call) {
        int limit = call.limit();
        List<AuditEntry> page = trail.page(filter(call), call.cursor(Long.MAX_VALUE), limit);
        String next = page.size() < limit
                ? null
                : String.valueOf(page.get(page.size() - 1).id());
        return Reply.of(new EntryList(page.stream().map(EntryView::of).toList(), next));
    }

    /** Page by page, so that it never is in memory as a whole. */
    private Reply export(Call call) throws IOException {
        boolean isCsv = "csv".equals(call.query("format"));
        AuditExport export = new AuditExport(trail, filter(call));
        call.audit("audit.export", isCsv ? "csv" : "json", "");
        HttpServletResponse response = call.response();
        response.setContentType(isCsv ? "text/csv" : Reply.JSON);
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader(
                "Content-Disposition", "attachment; filename=\"anteroom-audit." + (isCsv ? "csv" : "json") + '"');
        if (isCsv) {
            export.writeCsv(response.getOutputStream());
        } else {
            export.writeJson(response.getOutputStream());
        }
        return Reply.handled();
    }
}
