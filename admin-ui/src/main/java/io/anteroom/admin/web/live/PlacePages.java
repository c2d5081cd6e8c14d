// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.api.ClusterView;
import io.anteroom.admin.api.UpstreamView;
import io.anteroom.admin.api.UpstreamView.Upstream;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.NavItem;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.Urls;
import io.anteroom.admin.web.parts.StateWord;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSnapshot;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Where requests go on to, and who holds them: backends and servers. */
final class PlacePages {
    private static final String UPSTREAMS = "upstreams";
    private static final String CLUSTER = "cluster";

    private final LiveSources sources;

    PlacePages(LiveSources sources) {
        this.sources = sources;
    }

    /**
     * A backend.
     *
     * @param is as it is known
     * @param state in one word
     * @param breaker in one word
     * @param failed the share of its requests that failed
     * @param isDraining whether it can be sent requests again
     */
    record UpstreamRow(Upstream is, StateWord state, StateWord breaker, String failed, boolean isDraining) {
        public String encoded() {
            return Urls.encode(is.id());
        }
    }

    /** All of them. */
    record Upstreams(String at, List<UpstreamRow> rows, String summary) {}

    /**
     * A server.
     *
     * @param is as it is known
     * @param state in one word
     * @param shares what it holds of each pool
     */
    record MemberRow(ClusterView.Member is, StateWord state, List<Share> shares) {}

    /** What a server holds of a pool. */
    record Share(String pool, int running, int waiting) {}

    /** A pool over all servers. */
    record PoolRow(String name, String path, StateWord state, int slots, int running, int waiting) {}

    /** All of them. */
    record Cluster(String at, String mode, boolean isWhole, String note, List<MemberRow> members, List<PoolRow> pools) {
        /** How many are there. */
        public long here() {
            return members.stream()
                    .filter(row -> row.is().standing() == ClusterView.Standing.HERE)
                    .count();
        }

        /** Whether of any server it is known what it holds of each pool. */
        public boolean knowsShares() {
            return members.stream().anyMatch(row -> !row.shares().isEmpty());
        }
    }

    void addTo(Site.Builder site) {
        site.nav(new NavItem(
                NavItem.Group.OPERATE, 2, UPSTREAMS, "Upstreams", "/upstreams", "upstream", 'u', Role.VIEWER));
        site.nav(new NavItem(NavItem.Group.OPERATE, 3, CLUSTER, "Cluster", "/cluster", "cluster", 'c', Role.VIEWER));
        site.get("/upstreams", Role.VIEWER, this::upstreams);
        site.get("/cluster", Role.VIEWER, this::cluster);
        UpstreamView view = sources.upstreams();
        act(site, "drain", view::drain, "is sent nothing new; what it has goes on.");
        act(site, "undrain", view::undrain, "is sent requests again.");
        act(site, "reset", view::reset, "is taken as if it had never failed: its breaker is closed.");
    }

    private void act(Site.Builder site, String verb, Predicate<String> action, String said) {
        site.post("/upstreams/{upstream}/" + verb, Role.OPERATOR, request -> {
            String id = request.name("upstream");
            if (!action.test(id)) {
                throw PageException.notFound("There is no backend of that name. It may have been removed meanwhile.");
            }
            request.audit("upstream." + verb, id, "");
            return Answer.done("/upstreams", id + " " + said);
        });
    }

    private Answer upstreams(PageRequest request) {
        List<UpstreamRow> rows =
                sources.upstreams().all().stream().map(PlacePages::row).toList();
        long up = rows.stream().filter(row -> row.is().state().equals("up")).count();
        String summary = Words.FORMAT.count(up) + " of " + Words.FORMAT.many(rows.size(), "backend is", "backends are")
                + " up, with "
                + Words.requests(
                        rows.stream().mapToLong(row -> row.is().inFlight()).sum()) + " under way.";
        return Answer.view(
                "live/upstreams",
                "Upstreams",
                UPSTREAMS,
                new Upstreams(Words.FORMAT.moment(request.now()), rows, rows.isEmpty() ? "" : summary));
    }

    private static UpstreamRow row(Upstream is) {
        StateWord state = switch (is.state()) {
            case "up" -> StateWord.ok("Up");
            case "draining" -> StateWord.warn("Draining").withIcon("drain");
            case "drained" -> StateWord.hold("Drained").withIcon("drain");
            case "down" -> StateWord.bad("Down");
            default -> StateWord.idle(is.state());
        };
        StateWord breaker = switch (is.breaker()) {
            case "closed" -> StateWord.ok("Closed");
            case "open" -> StateWord.bad("Open").withIcon("bolt");
            case "half_open" -> StateWord.warn("Half open").withIcon("bolt");
            default -> StateWord.idle(is.breaker().toLowerCase(Locale.ROOT));
        };
        String failed = is.requests() == 0 ? Words.NONE : Words.FORMAT.percent((double) is.failures() / is.requests());
        return new UpstreamRow(is, state, breaker, failed, is.state().startsWith("drain"));
    }

    private Answer cluster(PageRequest request) {
        ClusterView.State state = sources.cluster().state();
        List<MemberRow> members = state.members().stream()
                .map(member -> new MemberRow(member, word(member), shares(member)))
                .toList();
        List<PoolRow> pools =
                sources.pools().all().stream().map(PlacePages::row).toList();
        return Answer.view(
                "live/cluster",
                "Cluster",
                CLUSTER,
                new Cluster(
                        Words.FORMAT.moment(request.now()),
                        state.mode(),
                        state.isWhole(),
                        state.note(),
                        members,
                        pools));
    }

    private static StateWord word(ClusterView.Member member) {
        return switch (member.standing()) {
            case HERE -> StateWord.ok(member.isSelf() ? "This one" : "Seen");
            case MISSING -> StateWord.bad("Silent");
            case GONE -> StateWord.idle("Gone");
        };
    }

    private static List<Share> shares(ClusterView.Member member) {
        return new TreeMap<>(member.pools())
                .entrySet().stream()
                        .map(each -> new Share(
                                each.getKey(),
                                each.getValue().running(),
                                each.getValue().waiting()))
                        .toList();
    }

    private static PoolRow row(Pool pool) {
        PoolSnapshot now = pool.snapshot();
        return new PoolRow(
                pool.name(),
                "/pools/" + Urls.encode(pool.name()),
                Words.state(now),
                now.usableSlots(),
                now.running(),
                now.waiting());
    }
}
