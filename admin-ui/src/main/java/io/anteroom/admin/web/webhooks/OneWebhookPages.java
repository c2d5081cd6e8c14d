// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.webhooks;

import io.anteroom.admin.access.Deeds;
import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.access.Again;
import io.anteroom.admin.web.parts.Difference;
import io.anteroom.admin.web.parts.Fields;
import io.anteroom.admin.web.parts.StateWord;
import io.anteroom.admin.webhook.Delivery;
import io.anteroom.admin.webhook.WebhookState;
import io.anteroom.admin.webhook.Webhooks;
import io.anteroom.webhook.WebhookSettings;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One webhook: what it is told, how it is doing, its secret, the end of it. */
final class OneWebhookPages {
    private static final String ONE = "/webhooks/{webhook}";
    private static final int LAST = 10;

    private final Board board;
    private final Again again;

    OneWebhookPages(Board board, Again again) {
        this.board = board;
        this.again = again;
    }

    /** One webhook. */
    record Model(
            String name,
            String path,
            WebhookSettings webhook,
            String url,
            String format,
            StateWord state,
            @Nullable WebhookState standing,
            List<DeliveryPages.Row> last,
            WebhookForm.Shown form,
            long base,
            String by,
            List<Difference> theirs,
            String problem,
            String source) {}

    /** A question before something is done. */
    record ConfirmModel(String name, String path, Fields fields, String problem) {}

    /** What a form comes back with. */
    private record Back(WebhookForm.Shown form, List<Difference> theirs, String problem, int status) {}

    void addTo(Site.Builder site) {
        site.get(ONE, Role.VIEWER, request -> {
            String name = board.name(request);
            return show(request, name, new Back(now(name), List.of(), "", 200));
        });
        site.post(ONE, Role.ADMIN, this::change);
        site.post(ONE + "/test", Role.OPERATOR, this::test);
        site.post(ONE + "/switch-on", Role.OPERATOR, this::switchOn);
        site.get(ONE + "/secret", Role.ADMIN, request -> question(request, "webhooks/rotate", "", 200));
        site.post(ONE + "/secret", Role.ADMIN, this::rotate);
        site.get(ONE + "/remove", Role.ADMIN, request -> question(request, "webhooks/remove", "", 200));
        site.post(ONE + "/remove", Role.ADMIN, this::remove);
    }

    private Collection<String> pools() {
        return board.edit().settings().pools().keySet();
    }

    private WebhookForm.Shown now(String name) {
        return WebhookForm.of(board.settings(name), pools());
    }

    private Answer show(PageRequest request, String name, Back back) {
        WebhookSettings webhook = board.settings(name);
        WebhookState state = board.state(name);
        Optional<Webhooks> sender = board.sending();
        List<Delivery> last = sender.map(all -> all.deliveries(name, null, Long.MAX_VALUE, LAST))
                .orElse(List.of());
        Model model = new Model(
                name,
                Board.path(name),
                webhook,
                Words.url(webhook, Board.isAdmin(request)),
                WebhookForm.word(webhook.format()),
                Words.state(webhook, state),
                state,
                last.stream().map(DeliveryPages.Row::of).toList(),
                back.form(),
                board.edit().current().number(),
                board.edit().current().by(),
                back.theirs(),
                back.problem(),
                board.edit().source());
        return Answer.view("webhooks/one", name, Words.SECTION, model).withStatus(back.status());
    }

    private Answer change(PageRequest request) {
        board.edit().checkEditable();
        String name = board.name(request);
        WebhookSettings before = board.settings(name);
        WebhookForm.Filled filled = WebhookForm.read(request, pools());
        WebhookForm.Shown mine = filled.shown();
        if (board.edit().isOutdated(request.field("base"), settings -> Board.find(settings, name))) {
            return show(request, name, new Back(mine, WebhookForm.differences(now(name), mine), "", 409));
        }
        WebhookSettings webhook = filled.webhook();
        if (webhook == null) {
            return show(request, name, new Back(mine, List.of(), "", 422));
        }
        String refusal = webhook.url().equals(before.url()) ? null : NewWebhookPages.refusal(board, webhook);
        if (refusal != null) {
            return show(request, name, new Back(WebhookForm.withError(mine, "url: " + refusal), List.of(), "", 422));
        }
        String problem = board.edit()
                .change(
                        request,
                        "changed webhook " + name,
                        settings -> Board.find(settings, name),
                        before,
                        settings -> Board.with(settings, name, webhook));
        if (problem != null) {
            return show(request, name, new Back(mine, List.of(), problem, 422));
        }
        request.audit("webhook.change", name, "events: " + webhook.events() + ", enabled: " + webhook.enabled());
        return Answer.done(Board.path(name), "Changed. It counts from the next event on.");
    }

    private Answer test(PageRequest request) {
        String name = board.name(request);
        String event = board.sender().test(name);
        if (event == null) {
            return Answer.failed(Board.path(name), "Nothing is sent to it now: it is disabled or switched off.");
        }
        request.audit("webhook.test", name, "event: " + event);
        return Answer.done(
                Board.path(name),
                "A test event is on its way. How that went is below, in a moment: load the page again.");
    }

    private Answer switchOn(PageRequest request) {
        String name = board.name(request);
        boolean isOn = board.sender().switchOn(name);
        if (!isOn) {
            return Answer.failed(Board.path(name), "Nothing was the matter with it.");
        }
        request.audit(Deeds.WEBHOOK_SWITCH_ON, name, "");
        return Answer.done(Board.path(name), "It is sent again. What failed meanwhile can be recovered below.");
    }

    private Answer question(PageRequest request, String template, String problem, int status) {
        String name = board.name(request);
        boolean isRotation = template.equals("webhooks/rotate");
        Fields fields = isRotation ? Fields.of(again.with(request)) : Fields.of();
        if (!problem.isEmpty() && isRotation && fields.all().containsKey(Again.FIELD)) {
            fields = fields.withError(Again.FIELD, problem);
        }
        return Answer.view(template, name, Words.SECTION, new ConfirmModel(name, Board.path(name), fields, problem))
                .withStatus(status);
    }

    /** Not by a redirect: the secret is in this answer, and nowhere else. */
    private Answer rotate(PageRequest request) {
        String name = board.name(request);
        String wrong = again.problem(request);
        if (wrong != null) {
            return question(request, "webhooks/rotate", wrong, 422);
        }
        String secret = board.sender().rotate(name);
        request.audit(Deeds.WEBHOOK_ROTATE_SECRET, name, "");
        return Answer.view(
                "webhooks/secret",
                "New secret",
                Words.SECTION,
                new NewWebhookPages.SecretModel(name, Board.path(name), "The secret is new", secret, true));
    }

    private Answer remove(PageRequest request) {
        String name = board.name(request);
        String problem = board.edit()
                .change(
                        request,
                        "removed webhook " + name,
                        settings -> Board.find(settings, name),
                        board.settings(name),
                        settings -> settings.withNotices(settings.notices().without(name)));
        if (problem != null) {
            return question(request, "webhooks/remove", problem, 503);
        }
        request.audit("webhook.remove", name, "");
        return Answer.done("/webhooks", "The webhook " + name + " is removed.");
    }
}
