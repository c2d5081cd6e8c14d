// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.admission.Arrival;
import io.anteroom.admission.Pool;
import io.anteroom.protocol.Dialect;
import org.jspecify.annotations.Nullable;

/**
 * A request as the filter understands it.
 *
 * @param id its id, the client's own or ours
 * @param pool the pool that it wants a slot of
 * @param arrival what it asks of the pool
 * @param dialect how its client is spoken to
 * @param showsStatus whether status comments may be sent while it waits
 * @param hasBody whether it may have a body at all
 * @param body its body as far as it has been read, or null if nobody has touched it
 * @param ignored the options that its caller may not use, or null
 */
record Ask(
        String id,
        Pool pool,
        Arrival arrival,
        Dialect dialect,
        boolean showsStatus,
        boolean hasBody,
        @Nullable BufferedBody body,
        @Nullable String ignored) {}
