// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.webhooks;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageException;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.parts.Pager;
import io.anteroom.admin.web.parts.StateWord;
import io.anteroom.admin.webhook.Delivery;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How deliveries to a webhook went, and sending them anew. */
final class DeliveryPages {
    private static final String ALL = "/webhooks/{webhook}/deliveries";
    private static final int PAGE = 50;

    /** How far back one can recover; longer than deliveries are kept. */
    private static final Map<String, Duration> SPANS = Map.of(
            "1h",
            Duration.ofHours(1),
            "24h",
            Duration.ofHours(24),
            "7d",
            Duration.ofDays(7),
            "366d",
            Duration.ofDays(366));

    private final Board board;

    DeliveryPages(Board board) {
        this.board = board;
    }

    /** A row. */
    record Row(Delivery delivery, String path, StateWord state) {
        static Row of(Delivery delivery) {
            return new Row(
                    delivery, Board.path(delivery.webhook()) + "/deliveries/" + delivery.id(), Words.state(delivery));
        }
    }

    /** A choice of states. */
    record Choice(String label, String path, boolean isCurrent) {}

    /** A page of the list. */
    record ListModel(String name, String path, List<Choice> choices, List<Row> rows, Pager pager) {}

    /** An attempt, with its word. */
    record Try(Delivery.Attempt attempt, StateWord state, Duration took) {}

    /** One delivery. */
    record Model(String name, String path, Row row, List<Try> tries) {}

    void addTo(Site.Builder site) {
        site.get(ALL, Role.VIEWER, this::list);
        site.get(ALL + "/{delivery}", Role.VIEWER, this::show);
        site.post(ALL + "/{delivery}/resend", Role.OPERATOR, this::resend);
        site.post("/webhooks/{webhook}/recover", Role.OPERATOR, this::recover);
    }

    private Answer list(PageRequest request) {
        String name = board.name(request);
        Delivery.State state = state(request.query("state"));
        long before = request.number("before", Long.MAX_VALUE, 1, Long.MAX_VALUE);
        List<Delivery> found = board.sender().deliveries(name, state, before, PAGE + 1);
        List<Row> rows = found.stream().limit(PAGE).map(Row::of).toList();
        String path = Board.path(name) + "/deliveries";
        String word = state == null ? "" : state.name().toLowerCase(Locale.ROOT);
        String newest = before == Long.MAX_VALUE ? "" : path + "?state=" + word;
        String older = found.size() > PAGE
                ? path + "?state=" + word + "&before=" + found.get(PAGE - 1).id()
                : "";
        Pager pager = new Pager(newest.isEmpty() ? "The newest" : "Older ones", newest, "Newest", older, "Older");
        return Answer.view(
                "webhooks/deliveries",
                "Deliveries to " + name,
                Words.SECTION,
                new ListModel(name, Board.path(name), choices(path, word), rows, pager));
    }

    private static List<Choice> choices(String path, String current) {
        return List.of(
                new Choice("All", path, current.isEmpty()),
                new Choice("Waiting", path + "?state=waiting", current.equals("waiting")),
                new Choice("Delivered", path + "?state=delivered", current.equals("delivered")),
                new Choice("Failed", path + "?state=failed", current.equals("failed")));
    }

    private static Delivery.@Nullable State state(String word) {
        for (Delivery.State state : Delivery.State.values()) {
            if (state.name().toLowerCase(Locale.ROOT).equals(word)) {
                return state;
            }
        }
        return null;
    }

    private static long number(PageRequest request) {
        String text = request.name("delivery");
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    private Delivery find(PageRequest request, String name) {
        Delivery delivery = board.sender().delivery(name, number(request));
        if (delivery == null) {
            throw PageException.notFound("There is no such delivery, or it is not kept any more.");
        }
        return delivery;
    }

    private Answer show(PageRequest request) {
        String name = board.name(request);
        Delivery delivery = find(request, name);
        List<Try> tries = delivery.attempts().stream().map(DeliveryPages::told).toList();
        return Answer.view(
                "webhooks/delivery",
                "Delivery " + delivery.id(),
                Words.SECTION,
                new Model(name, Board.path(name), Row.of(delivery), tries));
    }

    private static Try told(Delivery.Attempt attempt) {
        boolean isDelivered = attempt.error().isEmpty() && attempt.status() >= 200 && attempt.status() < 300;
        String text = attempt.status() == 0 ? "No answer" : "Status " + attempt.status();
        return new Try(
                attempt,
                isDelivered ? StateWord.ok(text) : StateWord.bad(text),
                Duration.ofMillis(attempt.tookMillis()));
    }

    private Answer resend(PageRequest request) {
        String name = board.name(request);
        Delivery delivery = find(request, name);
        if (!board.sender().resend(name, delivery.id())) {
            throw PageException.notFound("The delivery is not kept any more.");
        }
        request.audit("webhook.resend", name, "delivery: " + delivery.id());
        return Answer.done(
                Row.of(delivery).path(), "It is sent anew, with the id that it had. Load the page again in a moment.");
    }

    private Answer recover(PageRequest request) {
        String name = board.name(request);
        Duration span = SPANS.get(request.field("span"));
        if (span == null) {
            throw PageException.badRequest("Choose from when on failed deliveries are sent again.");
        }
        Instant since = request.now().minus(span);
        int recovered = board.sender().recover(name, since);
        request.audit("webhook.recover", name, recovered + " deliveries since " + since);
        return recovered == 0
                ? Answer.failed(Board.path(name), "Nothing has failed in that time.")
                : Answer.done(
                        Board.path(name),
                        recovered == 1 ? "1 delivery is sent again." : recovered + " deliveries are sent again.");
    }
}
