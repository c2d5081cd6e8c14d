// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.Anteroom;
import io.anteroom.backend.BackendWatch;
import io.anteroom.gateway.config.GatewayConfig;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.function.ToIntFunction;

/** How many requests wait inside of a backend, by its own word as long as that is fresh; 0 if that is not known. */
final class BackendReadings implements ToIntFunction<URI> {
    private final Anteroom anteroom;
    private final List<String> pools;

    BackendReadings(GatewayConfig config, Anteroom anteroom) {
        this.anteroom = anteroom;
        this.pools = List.copyOf(config.backends().keySet());
    }

    @Override
    public int applyAsInt(URI backend) {
        for (String pool : pools) {
            // A pool may be taken away while requests are under way.
            boolean isThere = anteroom.pools().find(pool) != null;
            Map<String, BackendWatch.Known> known = isThere ? anteroom.backends(pool) : Map.of();
            BackendWatch.Known one = known.get(backend.toString());
            if (one != null && one.isFresh()) {
                return one.reading().map(reading -> reading.waiting().orElse(0)).orElse(0);
            }
        }
        return 0;
    }
}
