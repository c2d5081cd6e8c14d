// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.live.Backlog.Filter;
import io.anteroom.admin.web.parts.Column;
import io.anteroom.admin.web.parts.Pager;
import io.anteroom.admission.Pool;
import io.anteroom.admission.WaitingTicket;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * A part of the list of those who wait, as it is shown.
 *
 * @param rows the part
 * @param total how many wait in all
 * @param matching how many fit the filter
 * @param text what is looked for
 * @param level the level that is looked for, or empty
 * @param sort by what it is sorted
 * @param columns the heads by which it can be sorted: level, waited, position
 * @param pager the way to the other parts
 * @param here where this part is
 * @param matchingQuery what the confirmation of something for all that fit is asked with
 */
record QueueView(
        List<Row> rows,
        int total,
        int matching,
        String text,
        String level,
        String sort,
        List<Column> columns,
        Pager pager,
        String here,
        String matchingQuery) {
    private static final int PER_PAGE = 25;
    private static final Set<String> SORTS = Set.of("position", "-position", "waited", "-waited", "level", "-level");

    /** Copies the lists. */
    QueueView {
        rows = List.copyOf(rows);
        columns = List.copyOf(columns);
    }

    /**
     * One who waits.
     *
     * @param ticket its number in the pool
     * @param request its id, or its number if this server does not know it
     * @param caller the name of its caller
     * @param address where it comes from
     * @param model the model that it asks for, or a dash
     * @param level its level
     * @param waited how long it has waited
     * @param position how many times somebody is admitted until it is
     * @param estimate how long it goes on
     * @param waitsFor what for
     * @param isAway whether its caller is away
     * @param node the server that holds its connection
     */
    record Row(
            long ticket,
            String request,
            String caller,
            String address,
            String model,
            String level,
            Duration waited,
            int position,
            String estimate,
            String waitsFor,
            boolean isAway,
            String node) {
        static Row of(LiveSources sources, Pool pool, WaitingTicket ticket) {
            LiveSources.Facts.Known facts = sources.facts().find(pool.name(), ticket.id());
            String model = facts == null ? null : facts.model();
            return new Row(
                    ticket.id(),
                    facts == null ? "ticket " + ticket.id() : facts.id(),
                    sources.names().apply(ticket.key()),
                    ticket.ip(),
                    model == null ? Words.NONE : model,
                    Words.level(ticket.priority()),
                    ticket.status().waited(),
                    ticket.status().position(),
                    Words.rest(ticket.status().estimate()),
                    Words.waitsFor(ticket.status().limit()),
                    ticket.isAway(),
                    ticket.node());
        }
    }

    static QueueView of(LiveSources sources, Backlog backlog, Pool pool, PageRequest request) {
        Filter filter = Filter.of(request.query("q"), request.query("level"));
        String asked = request.query("sort");
        String sort = SORTS.contains(asked) ? asked : "position";
        List<WaitingTicket> all = backlog.of(pool);
        List<WaitingTicket> matching = backlog.of(pool, filter);
        long last = Math.max(1, (matching.size() + PER_PAGE - 1L) / PER_PAGE);
        long page = Math.min(last, request.number("page", 1, 1, Backlog.MOST));
        List<Row> rows = matching.stream()
                .sorted(Backlog.order(sort))
                .skip((page - 1) * PER_PAGE)
                .limit(PER_PAGE)
                .map(ticket -> Row.of(sources, pool, ticket))
                .toList();
        String base = "/pools/" + Urls.encode(pool.name());
        String query = "q=" + Urls.encode(filter.text()) + "&level=" + filter.levelWord();
        String unsorted = base + "?period=" + Period.of(request.query("period")).id() + "&" + query;
        return new QueueView(
                rows,
                all.size(),
                matching.size(),
                filter.text(),
                filter.levelWord(),
                sort,
                List.of(
                        Column.of("Level", "level", unsorted, sort, false),
                        Column.of("Waited", "waited", unsorted, sort, true),
                        Column.of("Position", "position", unsorted, sort, true)),
                pager(page, last, matching.size(), unsorted + "&sort=" + sort),
                unsorted + "&sort=" + sort + "&page=" + page + "&part=yes",
                "all=yes&" + query);
    }

    private static Pager pager(long page, long last, int size, String path) {
        long first = (page - 1) * PER_PAGE + 1;
        String text = size == 0
                ? "Nobody"
                : Words.FORMAT.count(first) + " to " + Words.FORMAT.count(Math.min(size, page * PER_PAGE)) + " of "
                        + Words.FORMAT.count(size);
        return Pager.of(
                text, page <= 1 ? "" : path + "&page=" + (page - 1), page >= last ? "" : path + "&page=" + (page + 1));
    }
}
