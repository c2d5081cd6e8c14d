// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.util.Collection;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Pools of this JVM: each owns one machine under one lock. */
public final class LocalPools implements Pools {
    public LocalPools(LongSupplier nanoClock) { throw new UnsupportedOperationException(); }
    public Pool open(String name, PoolSettings settings) { throw new UnsupportedOperationException(); }
    public @Nullable Pool find(String name) { throw new UnsupportedOperationException(); }
    public Collection<Pool> all() { throw new UnsupportedOperationException(); }
    public void close() {}
}
