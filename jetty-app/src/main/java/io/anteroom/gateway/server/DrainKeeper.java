// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import io.anteroom.admin.store.Database;
import io.anteroom.admin.store.UpstreamOrders;
import io.anteroom.admin.store.UpstreamOrders.Order;
import io.anteroom.gateway.config.UpstreamGroup.Backend;
import io.anteroom.gateway.upstream.Upstreams;
import io.anteroom.settings.StoreException;
import java.lang.System.Logger.Level;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keeps which backends operators have drained, as long as there is where: over restarts, and for all gateways that
 * share the database. What an operator says counts here at once, elsewhere with the next tick, and until the file
 * changes what it says of the same backend. A database that fails holds up nothing: the order counts here, and is
 * stored later. Safe from any thread.
 */
final class DrainKeeper {
    private static final System.Logger LOG = System.getLogger(DrainKeeper.class.getName());

    private final Upstreams upstreams;
    private final @Nullable UpstreamOrders orders;
    private final InstantSource clock;
    private final Map<Place, Order> unsaved = new LinkedHashMap<>();
    private final Map<Place, Seen> seen = new HashMap<>();
    private boolean isTroubled;

    /** A backend by its name and its address: another one in its place is not meant. */
    private record Place(String backend, String address) {
        static Place of(Backend backend) {
            return new Place(backend.name(), backend.url().toString());
        }

        static Place of(Order order) {
            return new Place(order.backend(), order.address());
        }
    }

    /** What was known of a backend the last time: what the file said, and what an operator did, or null. */
    private record Seen(boolean isDrainedInFile, @Nullable Boolean told) {}

    DrainKeeper(Upstreams upstreams, @Nullable Database database, InstantSource clock) {
        this.upstreams = upstreams;
        this.orders = database == null ? null : new UpstreamOrders(database);
        this.clock = clock;
    }

    /** Gives a backend nothing new, or something again; false if there is none of that name. */
    synchronized boolean drain(String name, boolean isToDrain) {
        boolean isKnown = isToDrain ? upstreams.drain(name) : upstreams.resume(name);
        Backend backend = isKnown ? upstreams.backend(name) : null;
        if (backend != null) {
            seen.put(Place.of(backend), new Seen(backend.drains(), isToDrain));
            unsaved.put(Place.of(backend), new Order(name, backend.url().toString(), isToDrain, backend.drains()));
            tick();
        }
        return isKnown;
    }

    /**
     * Stores what has not been stored, and takes up what was said elsewhere or before; to be called again and again.
     */
    synchronized void tick() {
        UpstreamOrders known = orders;
        if (known == null) {
            unsaved.clear();
            return;
        }
        Map<Place, Backend> backends = new LinkedHashMap<>();
        upstreams
                .settings()
                .groups()
                .values()
                .forEach(group -> group.backends().forEach(backend -> backends.put(Place.of(backend), backend)));
        unsaved.keySet().retainAll(backends.keySet());
        seen.keySet().retainAll(backends.keySet());
        backends.forEach(this::followsFile);
        try {
            List<Order> all = known.sync(unsaved.values(), clock.instant());
            unsaved.clear();
            obey(backends, all);
            if (isTroubled) {
                LOG.log(Level.WARNING, "which backends are drained is kept again");
            }
            isTroubled = false;
        } catch (StoreException e) {
            if (!isTroubled) {
                LOG.log(Level.ERROR, "which backends are drained is not kept; it is tried again", e);
            }
            isTroubled = true;
        }
    }

    /** A file that changes what it says of a backend has the last word. */
    private void followsFile(Place place, Backend backend) {
        Seen before = seen.get(place);
        if (before != null && before.isDrainedInFile() != backend.drains()) {
            seen.put(place, new Seen(backend.drains(), null));
            unsaved.put(place, new Order(backend.name(), place.address(), backend.drains(), backend.drains()));
        }
    }

    private void obey(Map<Place, Backend> backends, List<Order> all) {
        Map<Place, Order> known = new HashMap<>();
        all.forEach(order -> known.put(Place.of(order), order));
        backends.forEach((place, backend) -> {
            Order order = known.get(place);
            Boolean told = (order != null && order.isDrainedInFile() == backend.drains()) ? order.isDrained() : null;
            Seen now = new Seen(backend.drains(), told);
            Seen before = seen.put(place, now);
            // Only what has changed: whoever holds the gateway itself may have said something else meanwhile.
            if (!Objects.equals(told, before == null ? null : before.told())) {
                obey(backend, told == null ? backend.drains() : told);
            }
        });
    }

    private void obey(Backend backend, boolean isToDrain) {
        boolean unused = isToDrain ? upstreams.drain(backend.name()) : upstreams.resume(backend.name());
    }
}
