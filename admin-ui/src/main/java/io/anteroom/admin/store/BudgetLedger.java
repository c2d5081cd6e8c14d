// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.store;

import io.anteroom.rate.BudgetBook;
import io.anteroom.rate.BudgetBook.Balance;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;

/**
 * Keeps what has been used of budgets in a database, which several servers may share: each adds what was used through
 * it, and takes up what was used through the others. What was used since the last time is lost with a JVM that is
 * killed. One thread at a time.
 */
public final class BudgetLedger {
    private static final int MOST_AT_ONCE = 5000;
    private static final int MOST_ACCOUNTS = 200_000;
    /** How far the clocks of servers may be apart, and how long a transaction may take. */
    private static final Duration OVERLAP = Duration.ofMinutes(2);

    private final Database database;
    private final BudgetBook book;
    private final InstantSource clock;
    /** What the database is known to have, so that only the rest is added to it and taken from it. */
    private final Map<Account, Long> known = new HashMap<>();

    private Instant readUntil = Instant.MIN;
    private LocalDate month = LocalDate.MIN;

    private record Account(String budget, String subject, LocalDate since) {
        static Account of(Balance balance) {
            return new Account(balance.budget(), balance.subject(), balance.since());
        }
    }

    /** A ledger of these accounts; nothing is read yet. */
    public BudgetLedger(Database database, BudgetBook book, InstantSource clock) {
        this.database = database;
        this.book = book;
        this.clock = clock;
    }

    /**
     * Stores what was used here, and takes up what was used elsewhere or before this server was started; to be called
     * every few seconds, and at the end.
     *
     * @throws io.anteroom.settings.StoreException if the database fails; it is made good the next time
     */
    public void sync() {
        Instant now = clock.instant();
        LocalDate first = now.atZone(ZoneOffset.UTC).toLocalDate().withDayOfMonth(1);
        List<Balance> additions = additions();
        List<Balance> totals = database.inTransaction("keeping the budgets", handle -> {
            additions.forEach(addition -> add(handle, addition, now));
            if (!first.equals(month)) {
                forget(handle, first.minusMonths(1));
            }
            return changed(handle, first);
        });
        additions.forEach(addition -> known.merge(Account.of(addition), addition.used(), Long::sum));
        book.restore(fromOthers(totals));
        if (!first.equals(month)) {
            known.keySet().removeIf(account -> account.since().isBefore(first));
        }
        month = first;
        readUntil = now;
    }

    /** What the book has and the database does not. */
    private List<Balance> additions() {
        List<Balance> additions = new ArrayList<>();
        for (Balance balance : book.balances()) {
            long added = balance.used() - known.getOrDefault(Account.of(balance), 0L);
            if (added > 0 && additions.size() < MOST_AT_ONCE) {
                additions.add(new Balance(balance.budget(), balance.subject(), balance.since(), added));
            }
        }
        return additions;
    }

    private static void add(Handle handle, Balance addition, Instant now) {
        int updated = handle.createUpdate("update budget_balance set used = used + :used, changed_at = :now"
                        + " where budget = :budget and subject = :subject and since_day = :since")
                .bind("used", addition.used())
                .bind("now", now.toEpochMilli())
                .bind("budget", addition.budget())
                .bind("subject", written(addition.subject()))
                .bind("since", addition.since().toEpochDay())
                .execute();
        if (updated == 0) {
            // Another server may do the same at this moment: one of the two fails, and does it again the next time.
            handle.createUpdate("insert into budget_balance (budget, subject, since_day, used, changed_at)"
                            + " values (:budget, :subject, :since, :used, :now)")
                    .bind("used", addition.used())
                    .bind("now", now.toEpochMilli())
                    .bind("budget", addition.budget())
                    .bind("subject", written(addition.subject()))
                    .bind("since", addition.since().toEpochDay())
                    .execute();
        }
    }

    private static void forget(Handle handle, LocalDate before) {
        handle.createUpdate("delete from budget_balance where since_day < :day")
                .bind("day", before.toEpochDay())
                .execute();
    }

    /** The totals that have changed since they were last read; at first all of the month. */
    private List<Balance> changed(Handle handle, LocalDate first) {
        long from = readUntil.equals(Instant.MIN) ? 0 : readUntil.minus(OVERLAP).toEpochMilli();
        return handle.createQuery("select budget, subject, since_day, used from budget_balance"
                        + " where changed_at >= :from and since_day >= :first limit :most")
                .bind("from", from)
                .bind("first", first.toEpochDay())
                .bind("most", MOST_ACCOUNTS)
                .map((row, context) -> new Balance(
                        row.getString("budget"),
                        read(row.getString("subject")),
                        LocalDate.ofEpochDay(row.getLong("since_day")),
                        row.getLong("used")))
                .list();
    }

    private List<Balance> fromOthers(List<Balance> totals) {
        List<Balance> others = new ArrayList<>();
        for (Balance total : totals) {
            Account account = Account.of(total);
            long more = total.used() - known.getOrDefault(account, 0L);
            if (more > 0) {
                known.put(account, total.used());
                others.add(new Balance(total.budget(), total.subject(), total.since(), more));
            }
        }
        return others;
    }

    /** PostgreSQL takes no NUL in a text, which stands between the parts of a subject. */
    private static String written(String subject) {
        return subject.replace("\\", "\\\\").replace("\0", "\\0");
    }

    private static String read(String written) {
        StringBuilder subject = new StringBuilder();
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c == '\\' && i + 1 < written.length()) {
                i++;
                c = written.charAt(i) == '0' ? '\0' : written.charAt(i);
            }
            subject.append(c);
        }
        return subject.toString();
    }
}
