// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.idempotency;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.idempotency.Recording.Stage;
import io.anteroom.gateway.idempotency.Recordings.First;
import io.anteroom.gateway.idempotency.Recordings.Other;
import io.anteroom.gateway.idempotency.Recordings.Same;
import io.anteroom.gateway.idempotency.Recordings.Turn;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;

final class RecordingsTest {
    private static final int MOST = 10_000;

    private long now = 1;
    private final Recordings recordings =
            new Recordings(new IdempotencySettings(List.of("/*"), Duration.ofSeconds(10), MOST, 25_000), () -> now);

    private void answer(String key, int status, int bytes) {
        Recording recording = ((First) recordings.turn(key, "p")).recording();
        recording.begin(status, HttpFields.EMPTY);
        recording.add(new byte[bytes]);
        recording.end(true);
        recordings.ended(key, recording, true);
    }

    @Test
    void turn_firstSameOther() {
        Turn first = recordings.turn("k", "p");

        assertThat(first).isInstanceOf(First.class);
        assertThat(recordings.turn("k", "p")).isEqualTo(new Same(((First) first).recording()));
        assertThat(recordings.turn("k", "q")).isInstanceOf(Other.class);
        assertThat(recordings.turn("l", "p")).isInstanceOf(First.class);
    }

    @Test
    void kept_forItsTime_thenForgotten() {
        answer("k", 200, 10);
        now += Duration.ofSeconds(10).toNanos();
        assertThat(recordings.turn("k", "p")).isInstanceOf(Same.class);

        now += 1;

        assertThat(recordings.turn("k", "p")).isInstanceOf(First.class);
    }

    @Test
    void answerThatEndsWithAnError_isReadByThoseWhoFollow_butNotKept() {
        Recording recording = ((First) recordings.turn("k", "p")).recording();
        recording.begin(200, HttpFields.EMPTY);
        recording.end(true);

        recordings.ended("k", recording, false);

        assertThat(recording.stage()).isEqualTo(Recording.Stage.WHOLE);
        assertThat(recordings.turn("k", "p")).isInstanceOf(First.class);
    }

    @Test
    void kept_withinTheBytes_oldestGoFirst() {
        answer("a", 200, MOST);
        answer("b", 200, MOST);
        answer("c", 200, MOST);

        assertThat(recordings.size()).isEqualTo(2);
        assertThat(recordings.turn("b", "p")).isInstanceOf(Same.class);
        assertThat(recordings.turn("c", "p")).isInstanceOf(Same.class);
        assertThat(recordings.turn("a", "p")).isInstanceOf(First.class);
    }

    @Test
    void notKept_whatSaysToComeAgain_orBroke_orIsTooLong() {
        for (int status : new int[] {401, 408, 429, 500, 503}) {
            answer("s" + status, status, 1);
            assertThat(recordings.turn("s" + status, "p")).isInstanceOf(First.class);
        }
        answer("long", 200, MOST + 1);
        assertThat(recordings.turn("long", "p")).isInstanceOf(First.class);
    }

    @Test
    void again_afterTheFirstBroke_oneIsFirst_theOthersFollow() {
        Recording broken = ((First) recordings.turn("k", "p")).recording();
        broken.end(false);

        Turn one = recordings.again("k", "p", broken);
        Turn two = recordings.again("k", "p", broken);

        assertThat(one).isInstanceOf(First.class);
        assertThat(two).isEqualTo(new Same(((First) one).recording()));
    }

    @Test
    void kept_answersWithoutABody_areBoundedToo() {
        for (int i = 0; i < 1000; i++) {
            answer("k" + i, 200, 0);
        }

        assertThat(recordings.size()).isBetween(1, 25);
    }

    @Test
    void kept_headersCount() {
        Recording recording = ((First) recordings.turn("k", "p")).recording();
        recording.begin(200, HttpFields.build().add("X-Long", "x".repeat(24_000)));
        recording.end(true);
        recordings.ended("k", recording, true);

        answer("other", 200, 0);

        assertThat(recordings.turn("other", "p")).isInstanceOf(Same.class);
        assertThat(recordings.turn("k", "p")).isInstanceOf(First.class);
    }

    @Test
    void underWay_allTogether_areBounded_andLeaveRoomWhenTheyEnd() {
        Recording one = begun("one");
        Recording two = begun("two");
        Recording three = begun("three");

        assertThat(one.stage()).isEqualTo(Stage.BEGUN);
        assertThat(two.stage()).isEqualTo(Stage.BEGUN);
        assertThat(three.stage()).isEqualTo(Stage.BROKEN);

        one.end(false);
        recordings.ended("one", one, true);

        assertThat(begun("four").stage()).isEqualTo(Stage.BEGUN);
    }

    @Test
    void followers_areBounded_andOneThatLeavesMakesRoom() {
        Recording recording = begun("k");
        Runnable last = () -> {};
        for (int i = 1; i < Recording.MOST_FOLLOWERS; i++) {
            assertThat(recording.follow(new Thread())).isTrue();
        }

        assertThat(recording.follow(last)).isTrue();
        assertThat(recording.follow(new Thread())).isFalse();
        recording.unfollow(last);
        assertThat(recording.follow(new Thread())).isTrue();
    }

    /** Whoever reads slowly, or not at all, must not keep in memory what the bound has no room for. */
    @Test
    void kept_stillRead_countsUntilItHasBeenRead_andGoesWhenThereIsNoRoom() {
        List<Stage> told = new ArrayList<>();
        answer("slow", 200, MOST);
        Recording slow = ((Same) recordings.turn("slow", "p")).recording();
        slow.follow(() -> told.add(slow.stage()));
        now += Duration.ofSeconds(11).toNanos();

        assertThat(recordings.turn("other", "p")).isInstanceOf(First.class);
        assertThat(slow.stage()).as("as old as may be, but being read").isEqualTo(Stage.WHOLE);
        assertThat(recordings.turn("slow", "q")).as("a new one").isInstanceOf(First.class);
        answer("a", 200, MOST);
        answer("b", 200, MOST);

        assertThat(told).containsExactly(Stage.BROKEN);
        assertThat(slow.piece(0)).isNull();
    }

    /** Whoever is cut off may ask for something else at once, on the same thread. */
    @Test
    void kept_dropped_whoeverFollowsItMayAskAgainMeanwhile() {
        List<Boolean> told = new ArrayList<>();
        answer("slow", 200, MOST);
        answer("next", 200, MOST);
        ((Same) recordings.turn("slow", "p")).recording().follow(() -> {
            told.add(Thread.holdsLock(recordings));
            answer("again", 200, MOST);
        });

        answer("last", 200, MOST);

        assertThat(told).containsExactly(false);
        assertThat(recordings.size()).isEqualTo(2);
        assertThat(recordings.turn("again", "p")).isInstanceOf(Same.class);
        assertThat(recordings.turn("slow", "p")).isInstanceOf(First.class);
    }

    private Recording begun(String key) {
        Recording recording = ((First) recordings.turn(key, "p")).recording();
        recording.begin(200, HttpFields.EMPTY);
        recording.add(new byte[MOST]);
        return recording;
    }
}
