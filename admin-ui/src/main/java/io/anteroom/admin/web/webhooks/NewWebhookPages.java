// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.webhooks;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.parts.Field;
import io.anteroom.webhook.WebhookSettings;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** A new webhook, whose signing secret is shown once. */
final class NewWebhookPages {
    private static final String TITLE = "New webhook";
    private static final String NAME = "[A-Za-z0-9][A-Za-z0-9._-]{0,63}";

    private final Board board;

    NewWebhookPages(Board board) {
        this.board = board;
    }

    /** The form. */
    record Model(Field name, WebhookForm.Shown form, String problem) {}

    /**
     * A secret that is shown once.
     *
     * @param secret empty if there is none: nothing is sent here
     */
    record SecretModel(String name, String path, String title, String secret, boolean isRotated) {
        /** Never the secret. */
        @Override
        public String toString() {
            return "SecretModel[" + name + "]";
        }
    }

    void addTo(Site.Builder site) {
        site.get("/new-webhook", Role.ADMIN, request -> {
            board.edit().checkEditable();
            return form(name("").first(), WebhookForm.blank(pools()), "", 200);
        });
        site.post("/new-webhook", Role.ADMIN, this::make);
    }

    private Collection<String> pools() {
        return board.edit().settings().pools().keySet();
    }

    private static Field name(String value) {
        return Field.text("name", "Name")
                .help("Letters, digits, . _ and - ; it cannot be changed later.")
                .value(value)
                .required()
                .longest(64);
    }

    private static Answer form(Field name, WebhookForm.Shown form, String problem, int status) {
        return Answer.view("webhooks/new", TITLE, Words.SECTION, new Model(name, form, problem))
                .withStatus(status);
    }

    private Answer make(PageRequest request) {
        board.edit().checkEditable();
        String name = request.field("name").strip();
        WebhookForm.Filled filled = WebhookForm.read(request, pools());
        WebhookSettings webhook = filled.webhook();
        String wrong = wrong(name);
        if (webhook == null || !wrong.isEmpty()) {
            return form(name(name).error(wrong), filled.shown(), "", 422);
        }
        String refusal = refusal(board, webhook);
        if (refusal != null) {
            return form(name(name), WebhookForm.withError(filled.shown(), "url: " + refusal), "", 422);
        }
        String problem = board.edit()
                .change(
                        request,
                        "new webhook " + name,
                        settings -> Board.find(settings, name),
                        null,
                        settings -> Board.with(settings, name, webhook));
        if (problem != null) {
            return form(name(name), filled.shown(), problem, 422);
        }
        request.audit("webhook.create", name, "events: " + webhook.events());
        String secret = board.sending().map(sender -> sender.begin(name)).orElse("");
        return Answer.view(
                "webhooks/secret",
                TITLE,
                Words.SECTION,
                new SecretModel(name, Board.path(name), "The webhook is made", secret, false));
    }

    /** Why nothing may be sent there, or null. */
    static @Nullable String refusal(Board board, WebhookSettings webhook) {
        return board.sending().map(sender -> sender.refusal(webhook)).orElse(null);
    }

    private String wrong(String name) {
        if (!name.matches(NAME)) {
            return "Expected are from 1 to 64 letters, digits, . _ or -, a letter or digit first.";
        }
        return Board.find(board.edit().settings(), name) == null ? "" : "There is a webhook of that name.";
    }
}
