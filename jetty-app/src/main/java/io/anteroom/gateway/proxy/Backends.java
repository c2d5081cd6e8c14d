// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import java.net.URI;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Backends that are all alike. */
final class Backends {
    private final List<Backend> all;

    Backends(List<URI> urls) {
        all = urls.stream().map(Backend::new).toList();
    }

    /** One backend, with the number of our requests that are there. */
    static final class Backend {
        private final String base;
        private final AtomicInteger inFlight = new AtomicInteger();

        private Backend(URI url) {
            String text = url.toString();
            base = text.endsWith("/") ? text.substring(0, text.length() - 1) : text;
        }

        /** Its address without a slash at the end. */
        String base() {
            return base;
        }

        void left() {
            inFlight.decrementAndGet();
        }
    }

    /** The backend with the fewest of our requests; {@link Backend#left()} must follow once. */
    Backend enter() {
        Backend least = all.get(0);
        for (Backend backend : all) {
            if (backend.inFlight.get() < least.inFlight.get()) {
                least = backend;
            }
        }
        least.inFlight.incrementAndGet();
        return least;
    }
}
