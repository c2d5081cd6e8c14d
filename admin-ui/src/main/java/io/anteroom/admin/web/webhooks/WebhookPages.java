// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.webhooks;

import io.anteroom.admin.store.Role;
import io.anteroom.admin.web.Answer;
import io.anteroom.admin.web.NavItem;
import io.anteroom.admin.web.PageModule;
import io.anteroom.admin.web.PageRequest;
import io.anteroom.admin.web.SearchSource;
import io.anteroom.admin.web.Site;
import io.anteroom.admin.web.access.Again;
import io.anteroom.admin.web.parts.StateWord;
import io.anteroom.admin.webhook.WebhookState;
import io.anteroom.admin.webhook.Webhooks;
import io.anteroom.settings.SettingsDesk;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The pages about webhooks: who is told of notices, and how that went. */
public final class WebhookPages implements PageModule {
    private final Board board;
    private final Again again;

    /**
     * Pages over the settings of a desk.
     *
     * @param sending who sends, if anybody does at a moment
     * @param again asks for the password again before a secret changes
     */
    public WebhookPages(SettingsDesk desk, Supplier<Optional<Webhooks>> sending, Again again) {
        this.board = new Board(desk, sending);
        this.again = again;
    }

    /** A row. */
    record Row(
            String name,
            String path,
            String url,
            String events,
            String pools,
            StateWord state,
            @Nullable Instant since,
            String reason) {}

    /** The list. */
    record Model(List<Row> rows, boolean isSending, String trouble, long dropped, String source) {}

    @Override
    public void addTo(Site.Builder site) {
        site.nav(new NavItem(
                NavItem.Group.CONFIGURE, 30, Words.SECTION, "Webhooks", "/webhooks", "webhook", 'w', Role.VIEWER));
        site.get("/webhooks", Role.VIEWER, this::list);
        new NewWebhookPages(board).addTo(site);
        new OneWebhookPages(board, again).addTo(site);
        new DeliveryPages(board).addTo(site);
        site.search((query, principal) -> hits(query));
    }

    private List<SearchSource.Hit> hits(String query) {
        if (query.isEmpty()) {
            return List.of();
        }
        List<SearchSource.Hit> hits = new ArrayList<>();
        board.edit().settings().notices().webhooks().forEach((name, webhook) -> {
            String url = Words.url(webhook, false);
            if (name.toLowerCase(Locale.ROOT).contains(query)
                    || url.toLowerCase(Locale.ROOT).contains(query)) {
                hits.add(new SearchSource.Hit("Webhook", name, url, Board.path(name), "webhook"));
            }
        });
        return hits;
    }

    private Answer list(PageRequest request) {
        List<Row> rows = new ArrayList<>();
        board.edit().settings().notices().webhooks().forEach((name, webhook) -> {
            WebhookState state = board.state(name);
            rows.add(new Row(
                    name,
                    Board.path(name),
                    Words.url(webhook, Board.isAdmin(request)),
                    String.join(", ", webhook.events()),
                    webhook.pools().isEmpty() ? "all" : String.join(", ", webhook.pools()),
                    Words.state(webhook, state),
                    since(state),
                    state == null ? "" : state.reason()));
        });
        Optional<Webhooks> sender = board.sending();
        Model model = new Model(
                rows,
                sender.isPresent(),
                sender.map(Webhooks::trouble).orElse(""),
                sender.map(Webhooks::dropped).orElse(0L),
                board.edit().source());
        return Answer.view("webhooks/list", "Webhooks", Words.SECTION, model);
    }

    private static @Nullable Instant since(@Nullable WebhookState state) {
        if (state == null) {
            return null;
        }
        return state.offSince() == null ? state.failingSince() : state.offSince();
    }
}
