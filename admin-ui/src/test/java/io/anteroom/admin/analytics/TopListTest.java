// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class TopListTest {
    @Test
    void arrived_fewCallers_areCountedExactly() {
        TopList list = new TopList();
        for (int i = 0; i < 60; i++) {
            list.arrived("caller-" + i % 3);
        }
        list.refused("caller-1");
        list.waited("caller-2", 700);
        list.ran("caller-2", 1300);

        assertThat(list.first(2)).extracting(CallerFigures::name).containsExactly("caller-0", "caller-1");
        assertThat(list.first(3).get(1).refused()).isEqualTo(1);
        assertThat(list.first(3).get(2).waited()).hasMillis(700);
        assertThat(list.first(3).get(2).ran()).hasMillis(1300);
        assertThat(list.first(3)).allMatch(one -> one.requests() == 20 && one.over() == 0);
    }

    @Test
    void arrived_floodOfStrangers_keepsTheHeavyOnesAndItsSize() {
        SplittableRandom random = new SplittableRandom(3);
        Map<String, Long> exact = new HashMap<>();
        TopList list = new TopList();
        for (int i = 0; i < 50_000; i++) {
            String name = random.nextInt(4) == 0 ? "heavy-" + random.nextInt(5) : "stranger-" + i;
            exact.merge(name, 1L, Long::sum);
            list.arrived(name);
        }

        assertThat(list.first(1000)).hasSize(TopList.MOST);
        assertThat(list.first(5)).allMatch(one -> one.name().startsWith("heavy-"));
        for (CallerFigures one : list.first(1000)) {
            assertThat(one.requests()).isGreaterThanOrEqualTo(exact.get(one.name()));
            assertThat(one.requests() - one.over()).isLessThanOrEqualTo(exact.get(one.name()));
        }
    }

    @Test
    void add_listsOfManyMinutes_boundsTheTruthFromBothSides() {
        SplittableRandom random = new SplittableRandom(4);
        Map<String, Long> exact = new HashMap<>();
        TopList sum = new TopList();
        for (int minute = 0; minute < 30; minute++) {
            TopList list = new TopList();
            for (int i = 0; i < 3000; i++) {
                String name = "c" + (int) (1 / (random.nextDouble() + 0.001));
                exact.merge(name, 1L, Long::sum);
                list.arrived(name);
            }
            sum.add(list.bytes());
        }

        assertThat(sum.first(1000)).hasSizeLessThanOrEqualTo(TopList.MOST);
        assertThat(sum.first(3)).extracting(CallerFigures::name).containsExactly("c1", "c2", "c3");
        for (CallerFigures one : sum.first(1000)) {
            assertThat(one.requests()).isGreaterThanOrEqualTo(exact.get(one.name()));
            assertThat(one.requests() - one.over()).isLessThanOrEqualTo(exact.get(one.name()));
        }
    }

    @Test
    void named_twoKeysOfOneCaller_areAddedUp() {
        TopList list = new TopList();
        list.arrived("key-1");
        list.arrived("key-2");
        list.arrived("key-3");

        TopList named = list.named(flow -> flow.equals("key-3") ? "other" : "bot");

        assertThat(named.first(1).get(0)).matches(one -> one.name().equals("bot") && one.requests() == 2);
    }
}
