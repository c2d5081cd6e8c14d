// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.parts.Bar;
import io.anteroom.admin.web.parts.Column;
import io.anteroom.admin.web.parts.Difference;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.admin.web.parts.Fields;
import io.anteroom.admin.web.parts.Pager;
import io.anteroom.admin.web.parts.StateWord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Every part in every state, to be looked at. In tests only. */
final class Gallery implements PageModule {
    private final List<String> names;

    Gallery(List<String> names) {
        this.names = names;
    }

    record Row(String id, String caller, String model, String level, Duration waited, int position, StateWord state) {}

    record Point(String at, int critical, int normal, int low) {}

    record Model(
            List<StateWord> states,
            List<Row> rows,
            List<Column> columns,
            List<Bar> bars,
            Bar stack,
            Fields fields,
            Fields wrong,
            List<Difference> differences,
            Pager pager,
            List<Point> points,
            Instant when,
            List<String> names) {}

    @Override
    public void addTo(Site.Builder site) {
        site.nav(new NavItem(NavItem.Group.OPERATE, 1, "gallery", "Gallery", "/gallery", "overview", 'o', Role.VIEWER));
        site.nav(new NavItem(NavItem.Group.OPERATE, 2, "pools", "Pools", "/gallery/pools", "pool", 'p', Role.VIEWER));
        site.nav(new NavItem(
                NavItem.Group.OPERATE, 3, "upstreams", "Upstreams", "/gallery/u", "upstream", 'u', Role.VIEWER));
        site.nav(
                new NavItem(NavItem.Group.OPERATE, 4, "cluster", "Cluster", "/gallery/c", "cluster", 'c', Role.VIEWER));
        site.nav(new NavItem(
                NavItem.Group.CONFIGURE, 1, "settings", "Settings", "/gallery/s", "settings", 's', Role.VIEWER));
        site.nav(new NavItem(NavItem.Group.CONFIGURE, 2, "callers", "Callers", "/gallery/k", "key", 'k', Role.VIEWER));
        site.nav(new NavItem(
                NavItem.Group.CONFIGURE, 3, "webhooks", "Webhooks", "/gallery/w", "webhook", 'w', Role.VIEWER));
        site.get("/gallery", Role.VIEWER, request -> Answer.view("gallery/parts", "Gallery", "gallery", model()));
        site.get("/gallery/forms", Role.VIEWER, request -> Answer.view("gallery/forms", "Forms", "gallery", model()));
        site.get(
                "/gallery/states", Role.VIEWER, request -> Answer.view("gallery/states", "States", "gallery", model()));
        site.get(
                "/gallery/confirm",
                Role.VIEWER,
                request -> Answer.view("gallery/confirm", "Hold the pool llm", "gallery", model()));
        site.get("/gallery/broken", Role.VIEWER, request -> {
            throw new IllegalStateException("secret detail");
        });
        site.get("/gallery/busy", Role.VIEWER, request -> {
            throw PageException.unavailable("So many windows watch already.");
        });
        site.get("/gallery/admins", Role.ADMIN, request -> Answer.view("gallery/parts", "x", "gallery", model()));
        site.post(
                "/gallery/done",
                Role.OPERATOR,
                request -> Answer.done("/gallery/states", "Holding: 37 wait, 8 run on."));
        site.search((query, principal) -> names.stream()
                .filter(name -> name.toLowerCase(java.util.Locale.ROOT).contains(query))
                .map(name ->
                        new SearchSource.Hit("Pool", name, "8 slots", "/gallery?name=" + Urls.encode(name), "pool"))
                .toList());
    }

    private Model model() {
        List<StateWord> states = List.of(
                StateWord.ok("Open"),
                StateWord.note("Queueing").withIcon("queue"),
                StateWord.hold("Holding"),
                StateWord.warn("Draining").withIcon("drain"),
                StateWord.bad("Rejecting").withIcon("stop"),
                StateWord.idle("Unknown"));
        List<Row> rows = new ArrayList<>();
        for (int i = 0; i < names.size(); i++) {
            rows.add(new Row(
                    "req_" + (81_234 + i),
                    names.get(i),
                    "llama-3.3-70b",
                    i % 3 == 0 ? "high" : "normal",
                    Duration.ofMillis(900L + 3700L * i),
                    i + 1,
                    states.get(i % states.size())));
        }
        List<Column> columns = List.of(
                Column.of("Caller", "caller", "/gallery", "-waited", false),
                Column.of("Waited", "waited", "/gallery", "-waited", true));
        List<Bar> bars = List.of(
                Bar.share("6 of 8 slots", "75 %", 6, 8, null),
                Bar.share("231 of 256 waiting", "90 %", 231, 256, StateWord.Tone.WARN),
                Bar.share("1,000,000 of 1,000,000 tokens", "used up", 1, 1, StateWord.Tone.BAD));
        Bar stack = Bar.stack(
                "37 waiting",
                "by level",
                List.of(
                        new Bar.Value("critical", 2),
                        new Bar.Value("high", 9),
                        new Bar.Value("normal", 20),
                        new Bar.Value("low", 6)),
                37);
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            points.add(
                    new Point(String.format("14:%02d", i), 2 + i % 3, (int) (14 + 8 * Math.sin(i / 4.0)), 6 + i % 5));
        }
        return new Model(
                states,
                rows,
                columns,
                bars,
                stack,
                fields(),
                fields().withError("slots", "0 slots (expected: from 1 to 10,000)")
                        .withError("name", "There is a pool of that name."),
                List.of(
                        new Difference("pools.llm.slots", "8", "6"),
                        new Difference("pools.llm.queue.max-waiting-per-key", "", "10"),
                        new Difference("limits.per-minute.requests", "600", "")),
                Pager.byTime("51 to 100 of 1,234", "/gallery?page=1", "/gallery?page=3"),
                points,
                Instant.now().minusSeconds(330),
                names);
    }

    private static Fields fields() {
        return Fields.of(
                Field.text("name", "Name")
                        .help("What people call it.")
                        .value("llm")
                        .required(),
                Field.number("slots", "Slots", "requests at once")
                        .help("How many run at once. From 1 to 10,000; default 8.")
                        .between(1, 10_000)
                        .value("8")
                        .required(),
                Field.number("wait", "Longest wait", "s")
                        .help("After this a request is refused.")
                        .value("60"),
                Field.select(
                                "order",
                                "Order",
                                List.of(Field.Option.of("weighted", "Weighted"), Field.Option.of("fifo", "First come")))
                        .value("weighted"),
                Field.radio(
                                "role",
                                "Role",
                                List.of(
                                        new Field.Option("viewer", "Viewer", "Sees how it stands."),
                                        new Field.Option("operator", "Operator", "Cancels, moves, holds, drains.")))
                        .value("operator"),
                Field.checkbox("early", "Refuse early")
                        .help("If the estimate is beyond the longest wait.")
                        .ticked(true),
                Field.area("comment", "Comment").help("Why, for those who read the history."),
                Field.text("locked", "Kept by").value("anteroom.yaml").locked(true));
    }
}
