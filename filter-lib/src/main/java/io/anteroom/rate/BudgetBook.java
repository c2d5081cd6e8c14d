// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import io.anteroom.rate.RateListener.SoftLimit;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The accounts of all budgets: what has been used in this period of the calendar, and what is reserved by requests that
 * have not ended. Nothing is used beyond a budget but by requests that turn out dearer than their reservation. Safe
 * from any thread.
 */
public final class BudgetBook {
    private static final int MAX_ACCOUNTS = 200_000;
    private static final int FEW = 1024;
    private static final int WHOLE = 100;
    /** Stands for all who find no account of their own; no name that a request brings is empty of all characters. */
    private static final String OTHERS = "";

    private final ReentrantLock lock = new ReentrantLock();
    private final Map<Key, Account> accounts = new HashMap<>();
    private final InstantSource clock;
    private final int max;
    /** How many newcomers there may be before the next sweep: one step of it for each. */
    private int untilSweep = FEW;

    /** A book that begins empty. */
    public BudgetBook(InstantSource clock) {
        this(clock, MAX_ACCOUNTS);
    }

    BudgetBook(InstantSource clock, int max) {
        this.clock = clock;
        this.max = max;
    }

    private record Key(String budget, String subject) {}

    /**
     * What somebody has used.
     *
     * @param budget the name of the budget
     * @param subject whose account it is
     * @param since the first day of the period
     * @param used how much has been used in it
     */
    public record Balance(String budget, String subject, LocalDate since, long used) {}

    private static final class Account {
        LocalDate since;
        long used;
        long reserved;
        int told;

        Account(LocalDate since) {
            this.since = since;
        }

        /** A new period begins with nothing used; what is under way is carried into it. */
        void turnTo(LocalDate first) {
            if (!since.equals(first)) {
                since = first;
                used = 0;
                told = 0;
            }
        }
    }

    /** Reserves an amount; null, or why that cannot be. */
    RateVerdict.@Nullable Exhausted reserve(Budget budget, String subject, long amount) {
        lock.lock();
        try {
            Instant now = clock.instant();
            Account account = account(budget, subject, now);
            long left = budget.amount() - account.used - account.reserved;
            if (left <= 0 || amount > left) {
                return new RateVerdict.Exhausted(
                        budget, Math.max(0, left), budget.period().end(account.since));
            }
            account.reserved += amount;
            return null;
        } finally {
            lock.unlock();
        }
    }

    /** Puts what has really been used in place of a reservation; answers the highest soft limit that was passed. */
    @Nullable SoftLimit settle(Budget budget, String subject, long reserved, long used) {
        lock.lock();
        try {
            Account account = account(budget, subject, clock.instant());
            account.reserved = Math.max(0, account.reserved - reserved);
            account.used += used;
            return passed(budget, subject, account);
        } finally {
            lock.unlock();
        }
    }

    private static @Nullable SoftLimit passed(Budget budget, String subject, Account account) {
        SoftLimit passed = null;
        for (int percent : budget.softPercent()) {
            if (percent > account.told && account.used >= budget.amount() / 100.0 * percent) {
                account.told = percent;
                passed = new SoftLimit(budget.name(), subject, percent, account.used, budget.amount());
            }
        }
        if (account.told < WHOLE && account.used >= budget.amount()) {
            account.told = WHOLE;
            passed = new SoftLimit(budget.name(), subject, WHOLE, account.used, budget.amount());
        }
        return passed;
    }

    private Account account(Budget budget, String subject, Instant now) {
        LocalDate first = budget.period().of(now);
        Key key = new Key(budget.name(), subject);
        Account account = accounts.get(key);
        if (account == null) {
            if (--untilSweep <= 0) {
                sweep(now);
            }
            Key opened = accounts.size() < max ? key : new Key(budget.name(), OTHERS);
            account = accounts.computeIfAbsent(opened, unused -> new Account(first));
        }
        account.turnTo(first);
        return account;
    }

    /** An account of an earlier month without reservations says nothing any more, whatever its period. */
    private void sweep(Instant now) {
        LocalDate month = CalendarPeriod.MONTH.of(now);
        accounts.values()
                .removeIf(account -> account.reserved == 0 && (account.used == 0 || account.since.isBefore(month)));
        untilSweep = Math.max(FEW, accounts.size());
    }

    /** How many accounts there are. */
    int size() {
        lock.lock();
        try {
            return accounts.size();
        } finally {
            lock.unlock();
        }
    }

    /** What has been used, for somebody to keep; reservations are not in it. */
    public List<Balance> balances() {
        lock.lock();
        try {
            List<Balance> balances = new ArrayList<>(accounts.size());
            accounts.forEach((key, account) -> {
                if (account.used > 0) {
                    balances.add(new Balance(key.budget(), key.subject(), account.since, account.used));
                }
            });
            return balances;
        } finally {
            lock.unlock();
        }
    }

    /** Adds what somebody has kept, as after a restart. */
    public void restore(List<Balance> balances) {
        lock.lock();
        try {
            for (Balance balance : balances) {
                Key key = new Key(balance.budget(), balance.subject());
                Account account = accounts.computeIfAbsent(key, unused -> new Account(balance.since()));
                if (account.since.equals(balance.since())) {
                    account.used += balance.used();
                }
            }
        } finally {
            lock.unlock();
        }
    }
}
