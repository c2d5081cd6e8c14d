// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import io.anteroom.event.Notice;
import io.anteroom.event.NoticeListener;
import io.anteroom.rate.RateListener;
import java.util.Map;

/** Tells of budgets that are used in part or wholly. Safe from any thread. */
public final class QuotaNotices implements RateListener {
    private static final int WHOLE = 100;

    private final NoticeListener notices;

    /** Tells them there. */
    public QuotaNotices(NoticeListener notices) {
        this.notices = notices;
    }

    @Override
    public void reached(SoftLimit event) {
        // Accounts of several parts are named with a character that stands in no name.
        String account = event.subject().replace('\0', ' ').strip();
        Map<String, Object> facts = Map.of(
                "budget", event.budget(),
                "account", account,
                "percent", event.percent(),
                "used", event.used(),
                "amount", event.amount());
        String type = event.percent() >= WHOLE ? Notice.QUOTA_EXHAUSTED : Notice.QUOTA_SOFT_LIMIT;
        notices.on(new Notice(type, event.budget(), facts));
    }
}
