// SPDX-License-Identifier: Apache-2.0
package io.anteroom.event;

import org.jspecify.annotations.Nullable;

/** A request that has come to a pool and of which nothing has been decided yet. To be used during the call only. */
public interface Arriving {
    /** Its id, the client's own or ours. */
    String requestId();

    /** The pool that it came to. */
    String pool();

    /** A header field of it, or null; the name in any case. */
    @Nullable String header(String name);

    /** Sets an attribute of it, which whoever sees the request can read. */
    void attribute(String name, Object value);
}
