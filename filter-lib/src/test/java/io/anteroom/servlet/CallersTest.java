// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.admission.Priority;
import io.anteroom.servlet.CallerPolicy.Access;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Who is known, in which group, and until when. */
final class CallersTest {
    private static final ApiKey KEY = ApiKey.create(new SecureRandom());
    private static final Optional<Identity> WHO = Optional.of(Identity.ofSecret(KEY.secret()));
    private static final CallerPolicy URGENT = CallerPolicy.DEFAULT.withPriority(Priority.HIGH);
    private static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private Instant now = NOON;

    private Callers callers(Callers.Snapshot snapshot) {
        return new Callers(snapshot, () -> now);
    }

    private static Callers.Snapshot nobody() {
        return Callers.Snapshot.of(CallerPolicy.DEFAULT);
    }

    @Test
    void key_isMadeOnce_andShowsOnlyItsBeginning() {
        assertThat(IntStream.range(0, 100)
                        .mapToObj(i -> ApiKey.create(new SecureRandom()).secret())
                        .distinct())
                .hasSize(100)
                .allMatch(secret -> secret.matches("ar-[A-Za-z0-9_-]{43}"));
        assertThat(KEY.toString()).hasSize(11).startsWith(KEY.prefix()).doesNotContain(KEY.secret());
        assertThat(KEY.sha256()).matches("[0-9a-f]{64}");
        assertThat(Identity.ofSha256(KEY.sha256())).isEqualTo(WHO.get());
        assertThat(KnownCaller.of("a", KEY, URGENT).toString()).doesNotContain(KEY.secret());
    }

    @Test
    void policy_ofAKnownKey_isItsOwn_ofOthersTheirs() {
        Callers callers = callers(nobody().with(KnownCaller.of("editor", KEY, URGENT)));

        assertThat(callers.of(WHO)).isEqualTo(URGENT);
        assertThat(callers.of(Optional.empty())).isEqualTo(CallerPolicy.DEFAULT);
        assertThat(callers.of(Optional.of(Identity.ofSecret("other")))).isEqualTo(CallerPolicy.DEFAULT);
        assertThat(callers.find(WHO.get())).map(KnownCaller::name).contains("editor");
    }

    @Test
    void policy_ofAGroup_changesForAllOfIt() {
        Callers callers = callers(nobody().withGroup("free", CallerPolicy.DEFAULT)
                .with(KnownCaller.of("a", KEY, URGENT).inGroup("free")));
        assertThat(callers.of(WHO)).isEqualTo(CallerPolicy.DEFAULT);

        callers.edit(snapshot -> snapshot.withGroup("free", URGENT));

        assertThat(callers.of(WHO)).isEqualTo(URGENT);
    }

    @Test
    void access_disabledExpiredUnknown_isSaid() {
        KnownCaller caller = KnownCaller.of("a", KEY, URGENT).until(NOON.plusSeconds(1));
        Callers callers = callers(nobody().with(caller).withOthers(CallerPolicy.NOBODY));

        assertThat(callers.of(WHO).access()).isEqualTo(Access.OPEN);
        assertThat(callers.of(Optional.empty()).access()).isEqualTo(Access.UNKNOWN);
        now = NOON.plusSeconds(1);
        assertThat(callers.of(WHO).access()).isEqualTo(Access.EXPIRED);
        callers.edit(snapshot -> snapshot.with(caller.disabled(true)));
        assertThat(callers.of(WHO).access()).isEqualTo(Access.DISABLED);
        callers.edit(snapshot -> snapshot.without("a"));
        assertThat(callers.of(WHO).access()).isEqualTo(Access.UNKNOWN);
    }

    @Test
    void policy_ofAKnownKeyWithoutOne_isThatOfOthers_letIn() {
        KnownCaller plain = new KnownCaller("a", KEY.sha256(), "", null, null, false, null);
        Callers callers = callers(nobody().with(plain).withOthers(CallerPolicy.NOBODY));

        assertThat(callers.of(WHO).access()).isEqualTo(Access.OPEN);
    }

    @Test
    void edit_thatCannotBe_changesNothing() {
        Callers callers = callers(nobody().with(KnownCaller.of("a", KEY, URGENT)));
        Callers.Snapshot before = callers.snapshot();

        assertThatThrownBy(() -> callers.edit(snapshot -> snapshot.with(KnownCaller.of("b", KEY, URGENT))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: each key once");
        assertThatThrownBy(() -> callers.edit(snapshot ->
                        snapshot.with(KnownCaller.of("a", KEY, URGENT).inGroup("gone"))))
                .hasMessage("callers.a.group: gone (expected: one of [])");

        assertThat(callers.snapshot()).isSameAs(before);
    }
}
