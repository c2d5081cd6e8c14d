// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Effect;
import io.anteroom.hazelcast.Courier.Flight;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When a node sends a batch, and for what. */
final class CourierTest {
    private final Courier courier = new Courier("a", 1, () -> new Command.Register(List.of()));

    private static Mail mail(long registration, long first) {
        return new Mail(registration, first, List.of(new Effect.Granted(7, "a", Duration.ZERO, 1)));
    }

    @BeforeEach
    void register() {
        fly();
    }

    private Flight fly() {
        Flight flight = courier.next(0, 0);
        assertThat(flight).isNotNull();
        assertThat(courier.lands(flight)).isTrue();
        return flight;
    }

    @Test
    void announce_mailThatHasNotCome_isFetchedOnce() {
        assertThat(courier.isIdle()).isTrue();

        courier.announce(1, 1);

        assertThat(courier.isIdle()).isFalse();
        assertThat(fly().batch().commands()).containsExactly(new Command.Tick());
        assertThat(courier.next(0, 0))
                .as("its answer brings it, or it was never decided")
                .isNull();
    }

    @Test
    void announce_whileABatchIsUnderWay_isFetchedUnlessItsAnswerBringsIt() {
        courier.add(new Call(new Command.Tick(), Call.NOTHING));
        Flight first = courier.next(0, 0);
        courier.announce(1, 1);
        courier.lands(first);
        courier.open(mail(1, 1));
        assertThat(courier.isIdle()).isTrue();

        courier.add(new Call(new Command.Tick(), Call.NOTHING));
        Flight second = courier.next(0, 0);
        courier.announce(1, 2);
        courier.lands(second);

        assertThat(courier.next(0, 0)).isNotNull();
    }

    @Test
    void announce_questionsUnderWay_doNotBringIt() {
        courier.add(new Call(new Command.Look(), Call.NOTHING));
        courier.announce(1, 1);

        assertThat(fly().batch().isQuestion()).isTrue();

        assertThat(fly().batch().commands()).containsExactly(new Command.Tick());
    }

    @Test
    void onlyAsks_questionsAndNothingElse_untilSomethingIsOnItsWayThatFetchesMail() {
        courier.add(new Call(new Command.Look(), Call.NOTHING));
        courier.announce(1, 1);
        assertThat(courier.onlyAsks()).as("questions wait").isTrue();
        Flight question = courier.next(0, 0);
        assertThat(courier.onlyAsks()).as("questions are under way").isTrue();

        courier.add(new Call(new Command.Look(), Call.NOTHING));
        courier.add(new Call(new Command.Tick(), Call.NOTHING));
        assertThat(courier.onlyAsks()).as("something waits").isFalse();
        courier.lands(question);
        assertThat(fly().batch().isQuestion()).isTrue();
        Flight tick = courier.next(0, 0);
        assertThat(courier.onlyAsks()).as("something is under way").isFalse();
        courier.lands(tick);

        assertThat(courier.onlyAsks()).as("nothing is").isTrue();
        courier.registerAnew();
        assertThat(courier.onlyAsks()).as("a registration comes next").isFalse();
    }

    @Test
    void announce_forARegistrationBefore_isOfNoUse() {
        courier.announce(4711, 1);

        assertThat(courier.next(0, 0)).isNull();
    }
}
