// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Pools;
import io.anteroom.admission.Priority;
import io.anteroom.protocol.BadRequest;
import io.anteroom.protocol.HeaderOptions;
import io.anteroom.protocol.Options;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is granted of a client's own time-out: the pool refuses at once what would wait longer than it may. */
final class GrantTest {
    private final Pools pools = new LocalPools(System::nanoTime);
    private final Pool pool = pools.open("llm", PoolSettings.ofSlots(1));
    private final Arrival plain = Arrival.of(Caller.of("key", "ip"), Priority.NORMAL);

    @AfterEach
    void close() {
        pools.close();
    }

    private Arrival granted(Map<String, String> headers) throws BadRequest {
        Options options = HeaderOptions.read(name -> headers.get(name.toLowerCase(Locale.ROOT)));
        return Grant.of(plain, CallerPolicy.DEFAULT, options, pool).arrival();
    }

    @ParameterizedTest
    @CsvSource({
        "2,3,3,",
        "2,1,1,",
        "2,8,8,",
        "2,9,,max-wait",
        "20,9,9,",
        "20,20,20,",
        "20,21,,max-wait",
        ",3,3,",
        ",9,,max-wait"
    })
    void of_maxWait_isNeverLongerThanAskedFor(Integer policy, int asked, Integer granted, String ignored)
            throws BadRequest {
        Pool brief = pools.open(
                "brief",
                PoolSettings.ofSlots(1)
                        .withLevel(
                                Priority.NORMAL,
                                pool.settings().level(Priority.NORMAL).withLongestWait(Duration.ofSeconds(8))));
        CallerPolicy caller = policy == null
                ? CallerPolicy.DEFAULT
                : CallerPolicy.DEFAULT.withLongestWait(Duration.ofSeconds(policy));
        Options options = HeaderOptions.read(name -> name.equals("Queue-Max-Wait-Ms") ? asked + "000" : null);

        Grant grant = Grant.of(plain, caller, options, brief);

        assertThat(grant.arrival().longestWait()).isEqualTo(granted == null ? null : Duration.ofSeconds(granted));
        assertThat(grant.ignored()).isEqualTo(ignored);
    }

    @Test
    void of_clientsTimeout_isTheLongestWait() throws BadRequest {
        assertThat(granted(Map.of("x-stainless-timeout", "7")).longestWait()).isEqualTo(Duration.ofSeconds(7));
    }

    @Test
    void of_clientsTimeoutBeyondTheLevels_isTheLevels() throws BadRequest {
        assertThat(granted(Map.of("x-stainless-timeout", "600")).longestWait()).isNull();
    }

    @Test
    void of_timeoutAndMaxWait_isTheShorter() throws BadRequest {
        assertThat(granted(Map.of("x-stainless-timeout", "7", "queue-max-wait-ms", "2000"))
                        .longestWait())
                .isEqualTo(Duration.ofSeconds(2));
        assertThat(granted(Map.of("x-stainless-timeout", "7", "queue-max-wait-ms", "20000"))
                        .longestWait())
                .isEqualTo(Duration.ofSeconds(7));
    }
}
