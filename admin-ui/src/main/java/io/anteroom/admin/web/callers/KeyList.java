// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.callers;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.Format;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.live.Running;
import io.anteroom.admin.web.parts.Column;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.parts.Fields;
import io.anteroom.admin.web.parts.Pager;
import io.anteroom.admin.web.parts.StateWord;
import io.anteroom.admin.web.settings.DeskEdit;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.KnownCaller;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The list of keys. */
final class KeyList {
    private static final int PAGE = 50;
    private static final int LONGEST_QUERY = 128;

    private final DeskEdit edit;
    private final Presence presence;
    private final Running running;

    KeyList(DeskEdit edit, Presence presence, Running running) {
        this.edit = edit;
        this.presence = presence;
        this.running = running;
    }

    /** A row. */
    record Row(
            KnownCaller caller,
            String path,
            String level,
            int weight,
            String origin,
            StateWord state,
            int waiting,
            int running) {}

    private record Counts(Map<String, Map<String, Integer>> waiting, Map<String, Map<String, Integer>> running) {
        static int sum(Map<String, Map<String, Integer>> counts, KnownCaller caller) {
            return counts.getOrDefault(caller.identity().flow(), Map.of()).values().stream()
                    .mapToInt(Integer::intValue)
                    .sum();
        }
    }

    /** The list. */
    record Model(
            List<Row> rows,
            Fields filter,
            boolean isFiltered,
            Map<String, Column> columns,
            Pager pager,
            long all,
            String source) {}

    void addTo(Site.Builder site) {
        site.get("/callers", Role.VIEWER, this::list);
    }

    private Answer list(PageRequest request) {
        Callers.Snapshot callers = edit.settings().callers();
        Counts counts = new Counts(presence.waiting(), running.byFlow());
        String query = request.query("q").strip();
        String wanted =
                query.substring(0, Math.min(query.length(), LONGEST_QUERY)).toLowerCase(Locale.ROOT);
        String group = request.query("group");
        String sort = request.query("sort");
        List<Row> rows = callers.byName().values().stream()
                .filter(caller -> fits(caller, wanted) && (group.isEmpty() || group.equals(caller.group())))
                .map(caller -> row(callers, caller, counts, request.now()))
                .sorted(order(sort))
                .toList();
        long pages = Math.max(1, (rows.size() + PAGE - 1L) / PAGE);
        int page = (int) request.number("page", 1, 1, pages);
        int from = (page - 1) * PAGE;
        int to = Math.min(rows.size(), from + PAGE);
        String filter = filter(query, group);
        return Answer.view(
                "callers/keys",
                "Callers",
                Words.SECTION,
                new Model(
                        rows.subList(from, to),
                        fields(callers, query, group),
                        !query.isEmpty() || !group.isEmpty(),
                        columns(filter, sort.isEmpty() ? "name" : sort),
                        pager(
                                filter + (sort.isEmpty() ? "" : "&sort=" + Urls.encode(sort)),
                                page,
                                from,
                                to,
                                rows.size()),
                        callers.byName().size(),
                        edit.source()));
    }

    private static boolean fits(KnownCaller caller, String wanted) {
        return wanted.isEmpty()
                || caller.name().toLowerCase(Locale.ROOT).contains(wanted)
                || caller.prefix().toLowerCase(Locale.ROOT).startsWith(wanted)
                || caller.identity().flow().startsWith(wanted);
    }

    private static Row row(Callers.Snapshot callers, KnownCaller caller, Counts counts, Instant now) {
        CallerPolicy policy = Words.policy(callers, caller);
        return new Row(
                caller,
                KeyPages.path(caller),
                Words.level(policy),
                policy.weight(),
                Words.origin(caller),
                Words.state(caller, now),
                Counts.sum(counts.waiting(), caller),
                Counts.sum(counts.running(), caller));
    }

    private static Comparator<Row> order(String sort) {
        Comparator<Row> byName = Comparator.comparing(
                row -> row.caller().name(), String.CASE_INSENSITIVE_ORDER.thenComparing(Comparator.naturalOrder()));
        Comparator<Row> order = switch (sort.startsWith("-") ? sort.substring(1) : sort) {
            case "waiting" -> Comparator.comparingInt(Row::waiting);
            case "running" -> Comparator.comparingInt(Row::running);
            case "expires" -> Comparator.comparing(row -> expiry(row.caller().expires()));
            case "group" ->
                Comparator.comparing(
                        row -> Objects.requireNonNullElse(row.caller().group(), ""));
            default -> byName;
        };
        return (sort.startsWith("-") ? order.reversed() : order).thenComparing(byName);
    }

    private static Instant expiry(@Nullable Instant expires) {
        return expires == null ? Instant.MAX : expires;
    }

    private static String filter(String query, String group) {
        return "/callers?q=" + Urls.encode(query) + "&group=" + Urls.encode(group);
    }

    private static Map<String, Column> columns(String filter, String sort) {
        return Map.of(
                "name", Column.of("Name", "name", filter, sort, false),
                "group", Column.of("Group", "group", filter, sort, false),
                "waiting", Column.of("Waiting", "waiting", filter, sort, true),
                "running", Column.of("Running", "running", filter, sort, true),
                "expires", Column.of("Expires", "expires", filter, sort, false));
    }

    private static Pager pager(String filter, int page, int from, int to, int all) {
        Format format = new Format(Instant.EPOCH);
        String text =
                all == 0 ? "None" : format.count(from + 1L) + " to " + format.count(to) + " of " + format.count(all);
        return Pager.of(
                text, page > 1 ? filter + "&page=" + (page - 1) : "", to < all ? filter + "&page=" + (page + 1) : "");
    }

    private static Fields fields(Callers.Snapshot callers, String query, String group) {
        return Fields.of(
                Field.search("q", "Name or beginning of the key").value(query).longest(LONGEST_QUERY),
                Field.select("group", "Group", KeyForm.groups(callers, "All")).value(group));
    }
}
