// SPDX-License-Identifier: Apache-2.0
package io.anteroom.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.anteroom.admission.Admission;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Lease;
import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import io.anteroom.admission.Waiter;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What backends say of themselves limits the slots that their pool uses. */
final class PoolBackendsTest {
    private static final Waiter NOBODY = new Waiter() {
        @Override
        public void admitted(Lease lease) {}

        @Override
        public void refused(Refusal refusal) {}
    };

    private final AtomicLong clock = new AtomicLong();
    private final LocalPools pools = new LocalPools(System::nanoTime);
    private final Pool pool = pools.open("llm", PoolSettings.ofSlots(20));
    private final Map<String, Integer> waiting = new LinkedHashMap<>();

    @AfterEach
    void close() {
        pools.close();
    }

    @Test
    void advisory_aQueueInTheBackend_changesNothing() {
        PoolBackends backends = backends(false, "one");
        waiting.put("one", 50);

        backends.ask();

        assertThat(pool.snapshot().usableSlots()).isEqualTo(20);
        assertThat(backends.known().get("one").reading().orElseThrow().waiting())
                .hasValue(50);
    }

    @Test
    void adaptive_aQueueInTheBackend_takesSlotsAway_andGivesThemBack() {
        PoolBackends backends = backends(true, "one");
        waiting.put("one", 8);
        backends.ask();
        assertThat(pool.snapshot().usableSlots()).isEqualTo(16);
        waiting.put("one", 0);
        fill();

        backends.ask();

        assertThat(pool.snapshot().usableSlots()).isEqualTo(17);
        assertThat(pool.settings().slots()).isEqualTo(20);
    }

    @Test
    void adaptive_someBackendsLost_bothCount_andWhatIsLostTeachesNothing() {
        PoolBackends backends = backends(true, "one");
        waiting.put("one", 8);
        backends.ask();
        pool.limitSlots("health", 10);
        assertThat(pool.snapshot().usableSlots()).isEqualTo(10);
        waiting.put("one", 0);
        fill();

        backends.ask();
        assertThat(pool.snapshot().usableSlots()).isEqualTo(10);
        pool.limitSlots("health", Integer.MAX_VALUE);
        assertThat(pool.snapshot().usableSlots()).isEqualTo(16);
    }

    @Test
    void adaptive_oneOfTwoHasAQueue_onlyItsPartShrinks() {
        PoolBackends backends = backends(true, "one", "two");
        waiting.put("one", 8);
        waiting.put("two", 0);

        backends.ask();

        assertThat(pool.snapshot().usableSlots()).isEqualTo(6 + 10);
    }

    @Test
    void adaptive_anOperatorsEdit_isFollowed() {
        PoolBackends backends = backends(true, "one");
        waiting.put("one", 0);
        backends.ask();

        pool.configure(PoolSettings.ofSlots(30));
        backends.ask();
        assertThat(pool.snapshot().usableSlots()).isEqualTo(30);
        pool.configure(PoolSettings.ofSlots(4));
        backends.ask();
        assertThat(pool.snapshot().usableSlots()).isEqualTo(4);
    }

    @Test
    void adaptive_silentBackend_keepsWhatItHad_thenTheOperatorsNumberCounts() {
        PoolBackends backends = backends(true, "one");
        waiting.put("one", 8);
        backends.ask();
        waiting.remove("one");
        clock.addAndGet(PoolBackends.FORGOTTEN.toNanos());
        backends.ask();
        assertThat(pool.snapshot().usableSlots()).isEqualTo(16);
        assertThat(backends.known().get("one").isFresh()).isFalse();
        assertThat(backends.known().get("one").problem()).hasValue("connection refused");

        clock.addAndGet(1);
        backends.ask();

        assertThat(pool.snapshot().usableSlots()).isEqualTo(20);
    }

    @Test
    void close_adaptive_givesAllSlotsBack() {
        PoolBackends backends = backends(true, "one");
        waiting.put("one", 30);
        backends.ask();

        backends.close();
        backends.ask();

        assertThat(pool.snapshot().usableSlots()).isEqualTo(20);
    }

    @Test
    void settings_outOfBounds_areRefused() {
        assertThatThrownBy(() -> new BackendSettings(Map.of(), Duration.ofSeconds(1), false, 1))
                .hasMessage("backends: none (expected: at least one)");
        assertThatThrownBy(() -> settings("one").every(Duration.ofMillis(100)))
                .hasMessage("interval: PT0.1S (expected: at least PT0.25S)");
        assertThatThrownBy(() -> settings("one").adaptive(0)).hasMessage("minSlots: 0 (expected: at least 1)");
    }

    private void fill() {
        for (int i = 0; i < 20; i++) {
            Admission unused = pool.offer(Arrival.of(Caller.of("key", "ip"), Priority.NORMAL), NOBODY);
        }
    }

    private PoolBackends backends(boolean isAdaptive, String... names) {
        BackendSettings settings = isAdaptive ? settings(names).adaptive(2) : settings(names);
        return new PoolBackends(pool, settings, clock::get, false);
    }

    private BackendSettings settings(String... names) {
        Map<String, BackendStatus> backends = new LinkedHashMap<>();
        for (String name : names) {
            backends.put(name, () -> read(name));
        }
        return new BackendSettings(backends, Duration.ofSeconds(1), false, 1);
    }

    private BackendReading read(String name) throws IOException {
        Integer waits = waiting.get(name);
        if (waits == null) {
            throw new IOException("connection refused");
        }
        return new BackendReading(OptionalInt.empty(), OptionalInt.of(waits), OptionalDouble.empty());
    }
}
