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
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Keeps which backends operators have drained, as long as there is where: over restarts, and for all gateways that
 * share the database. What an operator says counts here at once, elsewhere with the next tick, and until the file
 * changes what it says of the same backend. A database that fails or is slow holds up nothing: the order counts here,
 * and is stored later. Safe from any thread.
 */
final class DrainKeeper {
    private static final System.Logger LOG = System.getLogger(DrainKeeper.class.getName());

    private final Upstreams upstreams;
    private final @Nullable UpstreamOrders orders;
    private final InstantSource clock;
    /** Held while the database is asked; what is known is guarded by the monitor, which nobody holds for long. */
    private final ReentrantLock storing = new ReentrantLock();

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

    /**
     * A backend as the file has it.
     *
     * @param group the name of its group: in another one it begins anew, and nothing that was said is known there
     */
    private record Filed(Backend backend, String group) {
        boolean drains() {
            return backend.drains();
        }
    }

    /** What was known of a backend the last time: what the file said, and what an operator did, or null. */
    private record Seen(Filed filed, @Nullable Boolean told) {
        boolean isDrainedInFile() {
            return filed.drains();
        }
    }

    DrainKeeper(Upstreams upstreams, @Nullable Database database, InstantSource clock) {
        this.upstreams = upstreams;
        this.orders = database == null ? null : new UpstreamOrders(database);
        this.clock = clock;
    }

    /** Gives a backend nothing new, or something again; false if there is none of that name. */
    boolean drain(String name, boolean isToDrain) {
        boolean isKnown = order(name, isToDrain);
        if (isKnown) {
            tick();
        }
        return isKnown;
    }

    private synchronized boolean order(String name, boolean isToDrain) {
        boolean isKnown = isToDrain ? upstreams.drain(name) : upstreams.resume(name);
        filed().forEach((place, filed) -> {
            if (isKnown && place.backend().equals(name)) {
                seen.put(place, new Seen(filed, isToDrain));
                unsaved.put(place, new Order(name, place.address(), isToDrain, filed.drains()));
            }
        });
        return isKnown;
    }

    private Map<Place, Filed> filed() {
        Map<Place, Filed> all = new LinkedHashMap<>();
        upstreams
                .settings()
                .groups()
                .forEach((name, group) ->
                        group.backends().forEach(backend -> all.put(Place.of(backend), new Filed(backend, name))));
        return all;
    }

    /**
     * Stores what has not been stored, and takes up what was said elsewhere or before; to be called again and again.
     */
    void tick() {
        storing.lock();
        try {
            Map<Place, Filed> backends;
            Map<Place, Order> changed;
            synchronized (this) {
                backends = filed();
                changed = changed(backends);
            }
            UpstreamOrders known = orders;
            if (known != null) {
                List<Order> all = known.sync(changed.values(), clock.instant());
                obey(backends, changed, all);
                if (isTroubled) {
                    LOG.log(Level.WARNING, "which backends are drained is kept again");
                }
                isTroubled = false;
            }
        } catch (StoreException e) {
            if (!isTroubled) {
                LOG.log(Level.ERROR, "which backends are drained is not kept; it is tried again", e);
            }
            isTroubled = true;
        } finally {
            storing.unlock();
        }
    }

    /** Tries once more to store what has not been stored, if there is anything. */
    void storeRest() {
        if (hasUnsaved()) {
            tick();
        }
    }

    private synchronized boolean hasUnsaved() {
        return !unsaved.isEmpty();
    }

    /** Follows what the file has changed, and answers what is to be stored. */
    private synchronized Map<Place, Order> changed(Map<Place, Filed> backends) {
        unsaved.keySet().retainAll(backends.keySet());
        seen.keySet().retainAll(backends.keySet());
        backends.forEach(this::followsFile);
        if (orders == null) {
            unsaved.clear();
        }
        return new LinkedHashMap<>(unsaved);
    }

    private void followsFile(Place place, Filed filed) {
        Seen before = seen.get(place);
        if (before == null) {
            return;
        }
        Boolean told = before.told();
        if (before.isDrainedInFile() != filed.drains()) {
            // A file that changes what it says of a backend has the last word.
            seen.put(place, new Seen(filed, null));
            if (told == null || told != filed.drains()) {
                unsaved.put(place, new Order(place.backend(), place.address(), filed.drains(), filed.drains()));
            }
            // Otherwise it says what the operator said, which goes on to count where the file is still the old one.
        } else if (!before.filed().group().equals(filed.group())) {
            seen.put(place, new Seen(filed, told));
            if (told != null) {
                obey(filed.backend(), told);
            }
        }
    }

    private synchronized void obey(Map<Place, Filed> backends, Map<Place, Order> stored, List<Order> all) {
        stored.forEach(unsaved::remove);
        Map<Place, Order> known = new HashMap<>();
        all.forEach(order -> known.put(Place.of(order), order));
        backends.forEach((place, filed) -> {
            if (unsaved.containsKey(place)) {
                // Said here while the database was asked: that is newer than its answer.
                return;
            }
            Order order = known.get(place);
            Boolean told = (order != null && order.isDrainedInFile() == filed.drains()) ? order.isDrained() : null;
            Seen before = seen.put(place, new Seen(filed, told));
            // Only what has changed: whoever holds the gateway itself may have said something else meanwhile.
            if (!Objects.equals(told, before == null ? null : before.told())) {
                obey(filed.backend(), told == null ? filed.drains() : told);
            }
        });
    }

    private void obey(Backend backend, boolean isToDrain) {
        boolean unused = isToDrain ? upstreams.drain(backend.name()) : upstreams.resume(backend.name());
    }
}
