// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.LocalPools;
import io.anteroom.admission.PoolMode;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.PoolSnapshot;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a pool is told of its backends does not outlast its leaving. */
final class PoolLinkTest {
    private static final String TWO =
            "upstream: {%s, backends: [{url: 'http://a:1', slots: 3}, {url: 'http://b:2', slots: 5}]}";
    private static final String HOLDING = TWO.formatted("when-down: hold");
    private static final String REFUSING = TWO.formatted("when-down: refuse");

    private final World world = new World(HOLDING);
    private final LocalPools pools = new LocalPools(world::nowNanos, (delay, task) -> {}, Runnable::run);

    @AfterEach
    void close() {
        pools.close();
    }

    private void open() {
        pools.open("llm", PoolSettings.ofSlots(8));
        world.upstreams.tick();
    }

    private void remove() {
        pools.remove("llm");
        world.upstreams.tick();
    }

    private PoolSnapshot now() {
        return Objects.requireNonNull(pools.find("llm")).snapshot();
    }

    @Test
    void poolTakenOutWhileHeld_andPutBackWhereNothingHolds_isOpen() {
        world.upstreams.link(pools::all);
        open();
        world.upstreams.drain("default-1");
        world.upstreams.drain("default-2");
        assertThat(now().mode()).isEqualTo(PoolMode.HOLDING);

        remove();
        world.upstreams.apply(World.config(REFUSING));
        open();

        assertThat(now().mode()).isEqualTo(PoolMode.OPEN);
    }

    @Test
    void poolTakenOutWhileHeld_andPutBackAsItWas_isHeldAgain() {
        world.upstreams.link(pools::all);
        open();
        world.upstreams.drain("default-1");
        world.upstreams.drain("default-2");

        remove();
        open();

        assertThat(now().mode()).isEqualTo(PoolMode.HOLDING);
    }

    @Test
    void poolTakenOutWhileLimited_andPutBackWithAllThere_hasItsSlots() {
        world.upstreams.link(pools::all);
        open();
        world.upstreams.drain("default-2");
        assertThat(now().usableSlots()).isEqualTo(3);

        remove();
        world.upstreams.resume("default-2");
        open();

        assertThat(now().usableSlots()).isEqualTo(8);
    }
}
