// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.rate.RateListener.SoftLimit;
import java.time.Instant;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;

/** Accounts by the calendar. */
final class BudgetBookTest {
    private static final Budget MONTHLY =
            Budget.tokens("m", 1000, CalendarPeriod.MONTH).withSoftPercent(90, 50);
    private static final Budget DAILY = Budget.tokens("d", 1000, CalendarPeriod.DAY);

    private Instant now = Instant.parse("2026-02-27T23:00:00Z");
    private final BudgetBook book = new BudgetBook(() -> now, 2000);

    @Test
    void reserve_beyondTheBudget_isRefused_untilTheNextPeriod() {
        assertThat(book.reserve(MONTHLY, "a", 600)).isNull();
        RateVerdict.Exhausted refused = book.reserve(MONTHLY, "a", 401);

        assertThat(refused.left()).isEqualTo(400);
        assertThat(refused.until()).isEqualTo("2026-03-01T00:00:00Z");
        assertThat(book.reserve(MONTHLY, "b", 1000)).isNull();
        book.settle(MONTHLY, "a", 600, 1200);
        assertThat(book.reserve(MONTHLY, "a", 0)).as("used up").isNotNull();
        now = Instant.parse("2026-03-01T00:00:00Z");
        assertThat(book.reserve(MONTHLY, "a", 1000)).isNull();
    }

    @Test
    void reserve_ofADay_beginsAtMidnight() {
        book.reserve(DAILY, "a", 10);
        book.settle(DAILY, "a", 10, 1000);
        assertThat(book.reserve(DAILY, "a", 1).until()).isEqualTo("2026-02-28T00:00:00Z");

        now = Instant.parse("2026-02-28T00:00:00Z");

        assertThat(book.reserve(DAILY, "a", 1)).isNull();
    }

    @Test
    void settle_passesSoftLimits_eachOnce() {
        assertThat(book.settle(MONTHLY, "a", 0, 499)).isNull();
        assertThat(book.settle(MONTHLY, "a", 0, 1)).isEqualTo(new SoftLimit("m", "a", 50, 500, 1000));
        assertThat(book.settle(MONTHLY, "a", 0, 100)).isNull();
        assertThat(book.settle(MONTHLY, "a", 0, 300).percent()).isEqualTo(90);
        assertThat(book.settle(MONTHLY, "a", 0, 99)).isNull();
        assertThat(book.settle(MONTHLY, "a", 0, 1)).isEqualTo(new SoftLimit("m", "a", 100, 1000, 1000));
        assertThat(book.settle(MONTHLY, "a", 0, 500)).isNull();
        now = Instant.parse("2026-03-05T00:00:00Z");
        assertThat(book.settle(MONTHLY, "a", 0, 500).percent()).isEqualTo(50);
    }

    @Test
    void restore_goesOnWhereItWas_butNotInAnotherPeriod() {
        book.settle(MONTHLY, "a", 0, 700);
        book.settle(DAILY, "a", 0, 300);
        BudgetBook next = new BudgetBook(() -> now);

        next.restore(book.balances());

        assertThat(next.balances())
                .containsExactlyInAnyOrder(
                        new BudgetBook.Balance("m", "a", LocalDate.parse("2026-02-01"), 700),
                        new BudgetBook.Balance("d", "a", LocalDate.parse("2026-02-27"), 300));
        assertThat(next.reserve(MONTHLY, "a", 301)).isNotNull();
        now = Instant.parse("2026-03-01T00:00:00Z");
        assertThat(next.reserve(MONTHLY, "a", 301)).isNull();
    }

    @Test
    void accounts_tooMany_shareOne_andTheEmptyOnesAreDropped() {
        for (int i = 0; i < 100_000; i++) {
            book.reserve(MONTHLY, "stranger " + i, 1);
            book.settle(MONTHLY, "stranger " + i, 1, 0);
        }
        assertThat(book.reserve(MONTHLY, "late", 1000))
                .as("those that used nothing left room")
                .isNull();
        for (int i = 0; i < 10_000; i++) {
            book.settle(MONTHLY, "user " + i, 0, 1);
        }

        assertThat(book.balances().size()).isLessThanOrEqualTo(2001);
        assertThat(book.reserve(MONTHLY, "one more", 1))
                .as("the common account is used up")
                .isNotNull();
    }

    @Test
    void price_isRoundedUp() {
        Price price = new Price("llama*", 150_000, 600_000);

        assertThat(price.micros(1_000_000, 1_000_000)).isEqualTo(750_000);
        assertThat(price.micros(1, 0)).isEqualTo(1);
        assertThat(price.micros(0, 0)).isZero();
    }
}
