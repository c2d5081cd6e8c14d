// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.config.UpstreamGroup.Cause;
import io.anteroom.gateway.upstream.Journey.Enough;
import io.anteroom.gateway.upstream.Journey.Go;
import io.anteroom.gateway.upstream.Journey.Nowhere;
import io.anteroom.gateway.upstream.Journey.Outcome;
import io.anteroom.gateway.upstream.Journey.Step;
import io.anteroom.gateway.upstream.Journey.Wait;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class JourneyTest {
    private static final Outcome BUSY = new Outcome(Cause.BUSY, Duration.ZERO);

    private static Journey journey(World world) {
        return world.upstreams.journey(world.group(), Wanted.ANYTHING, null);
    }

    private static Call call(Step step) {
        assertThat(step).isInstanceOf(Go.class);
        return ((Go) step).call();
    }

    private static String after(Journey journey, Call before, Outcome outcome) {
        Step step = journey.after(outcome);
        before.left();
        return step instanceof Go go
                ? go.call().backend().name()
                : step.getClass().getSimpleName();
    }

    @Test
    void failures_visitEachBackendOnce_thenPause() {
        World world = new World("upstreams: {g: {urls: [http://a:1, http://b:2], retry: {most: 3}}}");
        Journey journey = journey(world);
        Call first = call(journey.begin());

        Call second = call(journey.after(BUSY));
        Step third = journey.after(BUSY);

        assertThat(second.backend().name()).isNotEqualTo(first.backend().name());
        assertThat(third).isInstanceOf(Wait.class);
        assertThat(((Wait) third).pause()).isLessThanOrEqualTo(Duration.ofMillis(200));
        assertThat(journey.resume()).isInstanceOf(Go.class);
    }

    @Test
    void pauses_fullJitter_growWithinTheirBound() {
        World world = new World("upstreams: {g: {url: http://a:1, retry: {most: 8, backoff: 100ms,"
                + " longest-backoff: 1s, budget-least: 1000}}}");
        List<Long> fourth = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            Journey journey = journey(world);
            journey.begin();
            for (int n = 0; n < 3; n++) {
                assertThat(journey.after(BUSY)).isInstanceOf(Wait.class);
                journey.resume();
            }
            fourth.add(((Wait) journey.after(BUSY)).pause().toMillis());
        }

        assertThat(fourth).allMatch(millis -> millis <= 800);
        assertThat(fourth).anyMatch(millis -> millis < 200).anyMatch(millis -> millis > 600);
    }

    @Test
    void retryAfter_isWaitedFor_orNotAtAll() {
        World world = new World("upstreams: {g: {url: http://a:1}}");
        Journey patient = journey(world);
        patient.begin();
        Journey hopeless = journey(world);
        hopeless.begin();

        Step soon = patient.after(new Outcome(Cause.BUSY, Duration.ofSeconds(1)));
        Step late = hopeless.after(new Outcome(Cause.BUSY, Duration.ofSeconds(30)));

        assertThat(((Wait) soon).pause()).isBetween(Duration.ofSeconds(1), Duration.ofMillis(1200));
        assertThat(late).isInstanceOf(Enough.class);
    }

    @Test
    void retryAfter_ofOneBackend_leavesItAlone() {
        World world = new World("upstreams: {g: {urls: [http://a:1, http://b:2]}}");
        Call call = world.enter();
        call.cools(Duration.ofSeconds(20));
        call.left();
        String busy = call.backend().name();

        assertThat(world.spread(10)).doesNotContainKey(busy);
        world.pass(Duration.ofSeconds(21));
        assertThat(world.spread(10)).containsEntry(busy, 5);
    }

    @Test
    void callersTime_over_isEnough() {
        World world = new World("upstreams: {g: {urls: [http://a:1, http://b:2]}}");
        Journey journey = world.upstreams.journey(
                world.group(),
                Wanted.ANYTHING,
                world.nowNanos() + Duration.ofSeconds(1).toNanos());
        journey.begin();
        world.pass(Duration.ofSeconds(2));

        assertThat(journey.after(BUSY)).isInstanceOf(Enough.class);
    }

    @Test
    void cause_thatIsNotNamed_isEnough() {
        World world = new World("upstreams: {g: {urls: [http://a:1, http://b:2], retry: {on: [connect]}}}");
        Journey journey = journey(world);
        journey.begin();

        assertThat(journey.after(BUSY)).isInstanceOf(Enough.class);
    }

    @Test
    void budget_usedUp_isEnough_butConnectionsCostNothing() {
        World world = new World(
                "upstreams: {g: {urls: [http://a:1, http://b:2], retry: {budget-percent: 0, budget-least: 0}}}");
        Journey busy = journey(world);
        busy.begin();
        Journey refused = journey(world);
        refused.begin();

        assertThat(busy.after(BUSY)).isInstanceOf(Enough.class);
        assertThat(refused.after(new Outcome(Cause.CONNECT, Duration.ZERO))).isInstanceOf(Go.class);
        assertThat(world.upstreams.retriesDenied()).containsEntry("g", 1L);
        assertThat(world.upstreams.views().stream()
                        .mapToInt(UpstreamView::inFlight)
                        .sum())
                .as("the one that was not paid for is no stay")
                .isEqualTo(3);
    }

    @Test
    void budget_isAShareOfTheRequests() {
        World world = new World(
                "upstreams: {g: {urls: [http://a:1, http://b:2], retry: {budget-percent: 20, budget-least: 0}}}");
        int retries = 0;
        for (int i = 0; i < 1000; i++) {
            Journey journey = journey(world);
            Call first = call(journey.begin());
            if (journey.after(BUSY) instanceof Go go) {
                retries++;
                go.call().left();
            }
            first.left();
            world.pass(Duration.ofMillis(10));
        }

        assertThat(retries).isBetween(180, 200);
    }

    @Test
    void group_exhausted_goesOnToTheNext_withItsModel() {
        World world = new World("""
                upstreams:
                  g: {url: 'http://a:1', retry: {most: 0}, then: [{group: small, model: tiny}]}
                  small: {backends: [{url: 'http://b:2', models: [tiny]}]}
                """);
        Journey journey = world.upstreams.journey(world.group(), new Wanted("large", null), null);
        Call first = call(journey.begin());

        Call second = call(journey.after(BUSY));

        assertThat(first.group()).isEqualTo("g");
        assertThat(second.group()).isEqualTo("small");
        assertThat(journey.hasFailedOver()).isTrue();
        assertThat(after(journey, second, BUSY)).isEqualTo("Wait");
    }

    @Test
    void nobodyAvailable_isNowhere_withTheTimeOfReturn() {
        World world = new World("upstreams: {g: {urls: [http://a:1]}}");
        world.upstreams.drain("g-1");

        Step step = journey(world).begin();

        assertThat(step).isInstanceOfSatisfying(Nowhere.class, nowhere -> {
            assertThat(nowhere.isModelUnknown()).isFalse();
            assertThat(nowhere.retryAfter()).isEqualTo(Duration.ofSeconds(10));
        });
    }

    @Test
    void modelThatNobodyServes_isSaidSo() {
        World world = new World("upstreams: {g: {backends: [{url: http://a:1, models: [a]}]}}");

        Step step = world.upstreams
                .journey(world.group(), new Wanted("b", null), null)
                .begin();

        assertThat(step)
                .isInstanceOfSatisfying(
                        Nowhere.class,
                        nowhere -> assertThat(nowhere.isModelUnknown()).isTrue());
    }

    @Test
    void tries_areBounded_whateverTheSettings() {
        World world = new World("""
                upstreams:
                  a: {urls: ['http://a:1', 'http://a:2'], retry: {most: 10, budget-least: 1000}, then: [{group: b}]}
                  b: {urls: ['http://b:1', 'http://b:2'], retry: {most: 10}, then: [{group: a}]}
                """);
        Journey journey = journey(world);
        Step step = journey.begin();
        int tries = 0;
        while (!(step instanceof Enough)) {
            if (step instanceof Go) {
                tries++;
            }
            step = step instanceof Wait ? journey.resume() : journey.after(BUSY);
        }

        assertThat(tries).isEqualTo(10);
    }
}
