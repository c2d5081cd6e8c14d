// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.OnFull;
import io.anteroom.admission.Priority;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Arrivals in short are read as they were. */
final class ArrivalsTest {
    private static final List<Caller> CALLERS = List.of(
            Caller.of("key", "ip"),
            new Caller("key", "ip", 7, null),
            new Caller("key", "ip", 7, new CallerLimits(3, 2)),
            Caller.of("ключ", "2001:db8::/64"));

    private static Arrival arrival(int kind) {
        Arrival plain =
                Arrival.of(CALLERS.get(kind % CALLERS.size()), Priority.values()[kind % Priority.values().length]);
        Arrival some = (kind & 1) == 0 ? plain : plain.withLongestWait(Duration.ofSeconds(9));
        some = (kind & 2) == 0 ? some : some.withBytes(1 + kind);
        some = (kind & 4) == 0 ? some : some.withCost(Duration.ofMillis(kind));
        some = (kind & 8) == 0 ? some : some.withOnFull(OnFull.values()[kind % OnFull.values().length]);
        some = (kind & 16) == 0 ? some : some.withoutQueueing();
        some = (kind & 32) == 0 ? some : some.withBatch("batch " + kind);
        some = (kind & 64) == 0 ? some : some.withReservation(Duration.ZERO);
        return (kind & 128) == 0 ? some : some.withNotBefore(Duration.ofNanos(1));
    }

    private static byte[] written(List<Arrival> all) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        Arrivals arrivals = new Arrivals();
        for (Arrival one : all) {
            arrivals.write(one, out);
        }
        return bytes.toByteArray();
    }

    @Test
    void read_everyKind_isWhatWasWritten() throws IOException {
        List<Arrival> all = new ArrayList<>();
        for (int kind = 0; kind < 512; kind++) {
            all.add(arrival(kind % 256));
        }
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(written(all)));
        Arrivals arrivals = new Arrivals();
        List<Arrival> read = new ArrayList<>();
        for (int i = 0; i < all.size(); i++) {
            read.add(arrivals.read(in));
        }

        assertThat(read).isEqualTo(all);
        assertThat(in.available()).isZero();
    }

    @Test
    void write_callerThatComesAgain_isANumber() throws IOException {
        Arrival plain = Arrival.of(Caller.of("k".repeat(64), "ip"), Priority.NORMAL);

        assertThat(written(List.of(plain, plain)).length - written(List.of(plain)).length)
                .isEqualTo(Integer.BYTES + 2);
    }

    @Test
    void read_callerThatNeverCame_isRefused() {
        byte[] bytes = {0, 0, 0, 1, 0, 0};

        assertThatThrownBy(() -> new Arrivals().read(new DataInputStream(new ByteArrayInputStream(bytes))))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no caller has the number 1 (expected: at most 0)");
    }
}
