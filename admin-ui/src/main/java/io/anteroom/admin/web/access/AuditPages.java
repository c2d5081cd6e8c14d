// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.access;

import io.anteroom.admin.api.AuditExport;
import io.anteroom.admin.store.AuditEntry;
import io.anteroom.admin.store.AuditFilter;
import io.anteroom.admin.store.AuditTrail;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageModule;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.parts.Fields;
import io.anteroom.admin.web.parts.Pager;
import io.anteroom.admin.web.parts.StateWord;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What was done, and by whom. */
final class AuditPages implements PageModule {
    private static final int ON_A_PAGE = 50;
    private static final String ALL = "";

    private final AuditTrail trail;

    AuditPages(AuditTrail trail) {
        this.trail = trail;
    }

    /** A row of the list. */
    record Row(AuditEntry entry, StateWord outcome) {}

    /** A part of the log. */
    record Model(Fields fields, List<Row> rows, Pager pager, String filter, boolean isFiltered) {}

    @Override
    public void addTo(Site.Builder site) {
        site.get("/audit", Role.ADMIN, this::list);
        site.get("/audit/entries.csv", Role.ADMIN, request -> {
            AuditFilter filter = filter(request);
            request.audit("audit.export", "csv", "");
            return new Answer.Download(
                    "audit.csv", "text/csv; charset=utf-8", new AuditExport(trail, filter)::writeCsv);
        });
        site.get("/audit/entries.json", Role.ADMIN, request -> {
            AuditFilter filter = filter(request);
            request.audit("audit.export", "json", "");
            return new Answer.Download(
                    "audit.json", "application/json; charset=utf-8", new AuditExport(trail, filter)::writeJson);
        });
    }

    private Answer list(PageRequest request) {
        AuditFilter filter = filter(request);
        long before = request.number("before", Long.MAX_VALUE, 1, Long.MAX_VALUE);
        List<AuditEntry> entries = trail.page(filter, before, ON_A_PAGE + 1);
        boolean hasMore = entries.size() > ON_A_PAGE;
        List<Row> rows = entries.stream()
                .limit(ON_A_PAGE)
                .map(entry -> new Row(entry, word(entry.outcome())))
                .toList();
        String query = query(request);
        String path = "/audit?" + query;
        long last = rows.isEmpty() ? 0 : rows.get(rows.size() - 1).entry().id();
        Pager pager = new Pager(
                text(rows),
                before == Long.MAX_VALUE ? "" : path,
                "Newest",
                hasMore ? path + (query.isEmpty() ? "" : "&") + "before=" + last : "",
                "Older");
        return Answer.view(
                "access/audit", "Audit", "audit", new Model(fields(request), rows, pager, query, !query.isEmpty()));
    }

    private static String text(List<Row> rows) {
        if (rows.isEmpty()) {
            return "No entries";
        }
        return rows.size() == 1 ? "1 entry" : rows.size() + " entries, newest first";
    }

    private static StateWord word(AuditEntry.Outcome outcome) {
        return switch (outcome) {
            case DONE -> StateWord.ok("Done");
            case DENIED -> StateWord.warn("Denied").withIcon("lock");
            case FAILED -> StateWord.bad("Failed");
        };
    }

    private static Fields fields(PageRequest request) {
        List<Field.Option> outcomes = new ArrayList<>(List.of(Field.Option.of(ALL, "All")));
        for (AuditEntry.Outcome outcome : AuditEntry.Outcome.values()) {
            outcomes.add(Field.Option.of(outcome.word(), word(outcome).text()));
        }
        return Fields.of(
                filterField("actor", "Who", request),
                filterField("deed", "Did what", request),
                Field.select("outcome", "Outcome", outcomes).value(request.query("outcome")),
                filterField("from", "From day", request),
                filterField("to", "To day", request));
    }

    private static Field filterField(String id, String label, PageRequest request) {
        boolean isDay = id.equals("from") || id.equals("to");
        String value = request.query(id);
        Field field = isDay ? Field.date(id, label) : Field.search(id, label);
        return field.value(value)
                .longest(128)
                .error(isDay && !value.isEmpty() && day(value) == null ? "A day as 2026-11-21." : null);
    }

    private static @Nullable LocalDate day(String text) {
        try {
            return text.isEmpty() ? null : LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private static AuditFilter filter(PageRequest request) {
        LocalDate from = day(request.query("from"));
        LocalDate to = day(request.query("to"));
        String outcome = request.query("outcome").toUpperCase(Locale.ROOT);
        AuditEntry.Outcome wanted = null;
        for (AuditEntry.Outcome each : AuditEntry.Outcome.values()) {
            wanted = each.name().equals(outcome) ? each : wanted;
        }
        return new AuditFilter(
                text(request.query("actor")),
                text(request.query("deed")),
                wanted,
                start(from),
                to == null ? null : start(to.plusDays(1)));
    }

    private static @Nullable String text(String text) {
        String stripped = text.strip();
        return stripped.isEmpty() ? null : stripped.substring(0, Math.min(128, stripped.length()));
    }

    private static @Nullable Instant start(@Nullable LocalDate day) {
        return day == null ? null : day.atStartOfDay(ZoneOffset.UTC).toInstant();
    }

    /** The filter as it came, for links to other parts of the same list. */
    private static String query(PageRequest request) {
        StringBuilder query = new StringBuilder();
        for (String name : List.of("actor", "deed", "outcome", "from", "to")) {
            String value = request.query(name);
            if (!value.isEmpty()) {
                query.append(query.isEmpty() ? "" : "&")
                        .append(name)
                        .append('=')
                        .append(Urls.encode(value));
            }
        }
        return query.toString();
    }
}
