// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.callers;

import io.anteroom.admin.analytics.Analytics;
import io.anteroom.admin.analytics.CallerFigures;
import io.anteroom.admin.analytics.CallerKind;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.parts.Fields;
import io.anteroom.admin.web.settings.DeskEdit;
import io.anteroom.servlet.KnownCaller;
import io.anteroom.settings.StoreException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Who sends how much. */
final class UsagePages {
    private static final int MOST = 50;
    private static final List<Period> PERIODS = List.of(
            new Period("1h", "1 hour", Duration.ofHours(1)),
            new Period("24h", "24 hours", Duration.ofHours(24)),
            new Period("7d", "7 days", Duration.ofDays(7)),
            new Period("30d", "30 days", Duration.ofDays(30)));

    private final DeskEdit edit;
    private final @Nullable Analytics analytics;

    UsagePages(DeskEdit edit, @Nullable Analytics analytics) {
        this.edit = edit;
        this.analytics = analytics;
    }

    /** How long ago it begins. */
    record Period(String id, String label, Duration length) {}

    /** A period that can be chosen. */
    record Choice(String label, String path, boolean isCurrent) {}

    /**
     * One who sends.
     *
     * @param path to its page, or empty if its key is not known
     * @param share of the one who sends the most, of 1000
     */
    record Row(CallerFigures figures, String path, long share, Duration meanWait) {}

    /** Those who send the most. */
    record Model(
            List<Choice> periods,
            Fields filter,
            String period,
            List<Row> rows,
            boolean isCounted,
            boolean isByAddress,
            String problem) {}

    void addTo(Site.Builder site) {
        site.get("/callers/usage", Role.VIEWER, this::show);
    }

    private Answer show(PageRequest request) {
        Period period = period(request.query("period"));
        boolean isByAddress = request.query("by").equals("address");
        String asked = request.query("pool");
        String pool = edit.settings().pools().containsKey(asked) ? asked : "";
        List<Row> rows = List.of();
        String problem = "";
        Analytics counts = analytics;
        if (counts != null) {
            try {
                CallerKind kind = isByAddress ? CallerKind.IP : CallerKind.KEY;
                rows = rows(counts.topCallers(kind, pool.isEmpty() ? null : pool, period.length(), MOST), isByAddress);
            } catch (StoreException e) {
                problem = "The counts cannot be read now: the database does not answer. Requests go on.";
            }
        }
        Model model = new Model(
                choices(period, isByAddress, pool),
                filter(isByAddress, pool),
                period.id(),
                rows,
                counts != null,
                isByAddress,
                problem);
        return Answer.view("callers/usage", "Usage", Words.SECTION, model);
    }

    private static Period period(String id) {
        return PERIODS.stream()
                .filter(period -> period.id().equals(id))
                .findFirst()
                .orElse(PERIODS.get(0));
    }

    private static List<Choice> choices(Period current, boolean isByAddress, String pool) {
        String rest = "&by=" + (isByAddress ? "address" : "key") + "&pool=" + Urls.encode(pool);
        return PERIODS.stream()
                .map(period -> new Choice(
                        period.label(), "/callers/usage?period=" + period.id() + rest, period.equals(current)))
                .toList();
    }

    private Fields filter(boolean isByAddress, String pool) {
        List<Field.Option> pools = new ArrayList<>();
        pools.add(Field.Option.of("", "All pools"));
        edit.settings().pools().keySet().forEach(name -> pools.add(Field.Option.of(name, name)));
        List<Field.Option> kinds = List.of(Field.Option.of("key", "API key"), Field.Option.of("address", "Address"));
        return Fields.of(
                Field.select("by", "Counted by", kinds).value(isByAddress ? "address" : "key"),
                Field.select("pool", "Pool", pools).value(pool));
    }

    private List<Row> rows(List<CallerFigures> callers, boolean isByAddress) {
        Map<String, KnownCaller> known = edit.settings().callers().byName();
        long most = callers.stream().mapToLong(CallerFigures::requests).max().orElse(1);
        List<Row> rows = new ArrayList<>();
        for (CallerFigures figures : callers) {
            KnownCaller caller = isByAddress ? null : known.get(figures.name());
            long requests = Math.max(1, figures.requests());
            rows.add(new Row(
                    figures,
                    caller == null ? "" : KeyPages.path(caller),
                    Math.max(1, figures.requests() * 1000 / Math.max(1, most)),
                    figures.waited().dividedBy(requests)));
        }
        return rows;
    }
}
