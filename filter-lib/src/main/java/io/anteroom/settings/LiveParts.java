// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Pools;
import io.anteroom.rate.RateLimits;
import io.anteroom.rate.RateSettings;
import io.anteroom.servlet.Callers;
import io.anteroom.servlet.Routes;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The parts of a running anteroom that the settings are about.
 *
 * @param pools the pools
 * @param routes which requests wait for which of them
 * @param callers who is known
 * @param rates the limits
 */
public record LiveParts(Pools pools, Routes routes, Callers callers, RateLimits rates) {
    /**
     * Goes from one document to another: all of it, or nothing. Queues drain to new values, running work is left alone;
     * a pool that is gone serves those who wait in it already. The caller sees to it that only one does this at a time.
     *
     * @throws RuntimeException if a part refuses; the old settings are back in force then
     */
    void change(Settings from, Settings to) {
        Deque<Runnable> undo = new ArrayDeque<>();
        try {
            // Pools first and routes last, so that no route leads to a pool that is not there yet.
            to.pools().forEach((name, settings) -> configure(name, settings, undo));
            Callers.Snapshot known = callers.snapshot();
            if (!known.equals(to.callers())) {
                undo.push(() -> callers.edit(now -> known));
                callers.edit(now -> to.callers());
            }
            RateSettings limits = rates.settings();
            undo.push(() -> rates.configure(limits));
            rates.configure(to.limits());
            undo.push(() -> routes.replace(from.routes(), from.models(), pools));
            routes.replace(to.routes(), to.models(), pools);
            from.pools().keySet().stream()
                    .filter(name -> !to.pools().containsKey(name))
                    .forEach(name -> remove(name, undo));
        } catch (RuntimeException e) {
            putBack(undo, e);
            throw e;
        }
    }

    private void configure(String name, PoolSettings settings, Deque<Runnable> undo) {
        Pool pool = pools.find(name);
        if (pool == null) {
            undo.push(() -> pools.remove(name));
            pools.open(name, settings);
            return;
        }
        PoolSettings old = pool.settings();
        if (!old.equals(settings)) {
            undo.push(() -> pool.configure(old));
            pool.configure(settings);
        }
    }

    private void remove(String name, Deque<Runnable> undo) {
        Pool pool = pools.find(name);
        if (pool != null) {
            PoolSettings old = pool.settings();
            undo.push(() -> pools.open(name, old));
            pools.remove(name);
        }
    }

    private static void putBack(Deque<Runnable> undo, RuntimeException reason) {
        // The last change first: pools are back before a route leads to them again.
        while (!undo.isEmpty()) {
            try {
                undo.pop().run();
            } catch (RuntimeException e) {
                reason.addSuppressed(e);
            }
        }
    }
}
