// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.access.Deeds;
import io.anteroom.admin.api.WebhookViews.DeliveryList;
import io.anteroom.admin.api.WebhookViews.DeliveryView;
import io.anteroom.admin.api.WebhookViews.MadeWebhook;
import io.anteroom.admin.api.WebhookViews.NewWebhook;
import io.anteroom.admin.api.WebhookViews.Recovered;
import io.anteroom.admin.api.WebhookViews.Secret;
import io.anteroom.admin.api.WebhookViews.Sent;
import io.anteroom.admin.api.WebhookViews.Since;
import io.anteroom.admin.api.WebhookViews.WebhookChange;
import io.anteroom.admin.api.WebhookViews.WebhookList;
import io.anteroom.admin.api.WebhookViews.WebhookView;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.webhook.Delivery;
import io.anteroom.admin.webhook.Webhooks;
import io.anteroom.settings.Settings;
import io.anteroom.webhook.WebhookFormat;
import io.anteroom.webhook.WebhookSettings;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Webhooks: who is told of notices, which the settings hold, and how the deliveries went. */
final class WebhookRoutes {
    private static final String AREA = "webhooks";
    private static final String ONE = "/webhooks/{webhook}";

    private final Edits edits;
    private final Supplier<Optional<Webhooks>> sending;
    private final SecureRandom random = new SecureRandom();

    /**
     * Routes over the settings.
     *
     * @param sending who sends, if anybody does at this moment
     */
    WebhookRoutes(Edits edits, Supplier<Optional<Webhooks>> sending) {
        this.edits = edits;
        this.sending = sending;
    }

    List<Route> routes() {
        return Stream.concat(webhookRoutes().stream(), deliveryRoutes().stream())
                .toList();
    }

    private List<Route> webhookRoutes() {
        return List.of(
                Route.of("GET", "/webhooks", AREA, Role.VIEWER, "Lists the webhooks.")
                        .answers(200, WebhookList.class)
                        .by(this::list),
                Route.of("POST", "/webhooks", AREA, Role.ADMIN, "Adds a webhook, and shows its signing secret once.")
                        .takes(NewWebhook.class)
                        .answers(201, MadeWebhook.class)
                        .also(409)
                        .by(this::add),
                Route.of("GET", ONE, AREA, Role.VIEWER, "Shows a webhook.")
                        .answers(200, WebhookView.class)
                        .by(call -> Reply.of(view(call, call.name("webhook")))),
                Route.of("PATCH", ONE, AREA, Role.ADMIN, "Changes a webhook.")
                        .takes(WebhookChange.class)
                        .answers(200, WebhookView.class)
                        .also(409)
                        .by(this::change),
                Route.of("DELETE", ONE, AREA, Role.ADMIN, "Removes a webhook.")
                        .answersNothing()
                        .also(409)
                        .by(this::remove),
                Route.of("POST", ONE + "/test", AREA, Role.OPERATOR, "Sends a webhook a test event, once.")
                        .answers(200, Sent.class)
                        .also(409)
                        .by(this::test),
                Route.of(
                                "POST",
                                ONE + "/switch-on",
                                AREA,
                                Role.OPERATOR,
                                "Sends a webhook again that was switched off for failing.")
                        .answers(200, WebhookView.class)
                        .by(this::switchOn),
                Route.of(
                                "POST",
                                ONE + "/secret",
                                AREA,
                                Role.ADMIN,
                                "Gives a webhook a new signing secret, and shows it once.")
                        .answers(200, Secret.class)
                        .fresh()
                        .by(this::rotate));
    }

    private List<Route> deliveryRoutes() {
        return List.of(
                Route.of(
                                "GET",
                                ONE + "/deliveries",
                                AREA,
                                Role.VIEWER,
                                "Lists the deliveries to a webhook, newest first.")
                        .paged()
                        .text("state", "waiting|delivered|failed", "all if left out")
                        .answers(200, DeliveryList.class)
                        .by(this::deliveries),
                Route.of(
                                "GET",
                                ONE + "/deliveries/{delivery}",
                                AREA,
                                Role.VIEWER,
                                "Shows a delivery with its attempts.")
                        .answers(200, DeliveryView.class)
                        .by(call -> Reply.of(DeliveryView.of(delivery(call)))),
                Route.of(
                                "POST",
                                ONE + "/deliveries/{delivery}/resend",
                                AREA,
                                Role.OPERATOR,
                                "Sends a delivery anew, with the id that it had.")
                        .answersNothing()
                        .by(this::resend),
                Route.of(
                                "POST",
                                ONE + "/recover",
                                AREA,
                                Role.OPERATOR,
                                "Sends anew all failed deliveries since a moment.")
                        .takes(Since.class)
                        .answers(200, Recovered.class)
                        .by(this::recover));
    }

    private Settings settings() {
        return edits.desk().current().settings();
    }

    private static WebhookSettings find(Settings settings, String name) {
        WebhookSettings known = settings.notices().webhooks().get(name);
        if (known == null) {
            throw ApiProblem.missing("webhook: unknown");
        }
        return known;
    }

    private Webhooks sender() {
        return sending.get()
                .orElseThrow(() -> new ApiProblem(
                        503,
                        "no_sender",
                        "no webhooks are sent here (expected: a database, and a key for the secrets)"));
    }

    private WebhookView view(Call call, String name) {
        WebhookSettings known = find(settings(), name);
        boolean isAdmin = call.principal().role().covers(Role.ADMIN);
        return WebhookView.of(
                name, known, sending.get().map(all -> all.state(name)).orElse(null), isAdmin);
    }

    private Reply list(Call call) {
        return Reply.of(new WebhookList(settings().notices().webhooks().keySet().stream()
                .map(name -> view(call, name))
                .toList()));
    }

    private static WebhookFormat format(@Nullable String word, WebhookFormat usual) {
        return word == null ? usual : WebhookFormat.valueOf(word.toUpperCase(Locale.ROOT));
    }

    private Reply add(Call call) {
        NewWebhook wanted = call.body(NewWebhook.class);
        String given = wanted.name();
        byte[] bytes = new byte[4];
        random.nextBytes(bytes);
        String name = given == null ? "webhook-" + HexFormat.of().formatHex(bytes) : given;
        List<String> pools = wanted.pools();
        edits.change(call, "new webhook " + name, settings -> {
            if (settings.notices().webhooks().containsKey(name)) {
                throw ApiProblem.conflict("webhook_exists", "name: taken (expected: each name once)");
            }
            WebhookSettings webhook = new WebhookSettings(
                    wanted.url(),
                    wanted.events(),
                    pools == null ? List.of() : pools,
                    !Boolean.FALSE.equals(wanted.enabled()),
                    format(wanted.format(), WebhookFormat.GATEFLOW));
            return settings.withNotices(settings.notices().with(name, webhook));
        });
        String secret = sending.get().map(all -> all.begin(name)).orElse(null);
        WebhookView view = view(call, name);
        call.audit("webhook.create", name, "events: " + view.events());
        return Reply.created(new MadeWebhook(name, view.url(), view.events(), view.enabled(), secret, view));
    }

    private Reply change(Call call) {
        WebhookChange wanted = call.body(WebhookChange.class);
        String name = call.name("webhook");
        edits.change(call, "changed webhook " + name, settings -> {
            WebhookSettings before = find(settings, name);
            return settings.withNotices(settings.notices().with(name, changed(before, wanted)));
        });
        call.audit("webhook.change", name, "");
        return Reply.of(view(call, name));
    }

    private static WebhookSettings changed(WebhookSettings before, WebhookChange wanted) {
        String url = wanted.url();
        List<String> events = wanted.events();
        List<String> pools = wanted.pools();
        Boolean enabled = wanted.enabled();
        return new WebhookSettings(
                url == null ? before.url() : url,
                events == null ? before.events() : events,
                pools == null ? before.pools() : pools,
                enabled == null ? before.enabled() : enabled,
                format(wanted.format(), before.format()));
    }

    private Reply remove(Call call) {
        String name = call.name("webhook");
        edits.change(call, "removed webhook " + name, settings -> {
            WebhookSettings unused = find(settings, name);
            return settings.withNotices(settings.notices().without(name));
        });
        call.audit("webhook.remove", name, "");
        return Reply.nothing();
    }

    /** The name of a webhook that there is. */
    private String known(Call call) {
        String name = call.name("webhook");
        WebhookSettings unused = find(settings(), name);
        return name;
    }

    private Reply test(Call call) {
        String name = known(call);
        String event = sender().test(name);
        if (event == null) {
            throw ApiProblem.conflict("webhook_off", "the webhook is not sent anything (expected: switch it on first)");
        }
        call.audit("webhook.test", name, "event: " + event);
        return Reply.of(new Sent(event));
    }

    private Reply switchOn(Call call) {
        String name = known(call);
        boolean wasOff = sender().switchOn(name);
        call.audit(Deeds.WEBHOOK_SWITCH_ON, name, wasOff ? "" : "nothing was the matter");
        return Reply.of(view(call, name));
    }

    private Reply rotate(Call call) {
        String name = known(call);
        String secret = sender().rotate(name);
        call.audit(Deeds.WEBHOOK_ROTATE_SECRET, name, "");
        return Reply.of(new Secret(secret));
    }

    private Reply deliveries(Call call) {
        String name = known(call);
        String state = call.query("state");
        int limit = call.limit();
        List<Delivery> page = sender().deliveries(
                        name,
                        state == null ? null : Delivery.State.valueOf(state.toUpperCase(Locale.ROOT)),
                        call.cursor(Long.MAX_VALUE),
                        limit);
        String next = page.size() < limit
                ? null
                : String.valueOf(page.get(page.size() - 1).id());
        return Reply.of(new DeliveryList(page.stream().map(DeliveryView::of).toList(), next));
    }

    private static long number(Call call) {
        String text = call.name("delivery");
        if (!text.matches("[0-9]{1,18}")) {
            throw ApiProblem.missing("delivery: no number (expected: one of the list)");
        }
        return Long.parseLong(text);
    }

    private Delivery delivery(Call call) {
        Delivery found = sender().delivery(known(call), number(call));
        if (found == null) {
            throw ApiProblem.missing("delivery: not kept (expected: one of the list)");
        }
        return found;
    }

    private Reply resend(Call call) {
        String name = known(call);
        if (!sender().resend(name, number(call))) {
            throw ApiProblem.missing("delivery: not kept (expected: one of the list)");
        }
        call.audit("webhook.resend", name, "delivery: " + number(call));
        return Reply.nothing();
    }

    private Reply recover(Call call) {
        String name = known(call);
        int recovered = sender().recover(name, call.body(Since.class).since());
        call.audit(
                "webhook.recover",
                name,
                recovered + " deliveries since " + call.body(Since.class).since());
        return Reply.of(new Recovered(recovered));
    }
}
