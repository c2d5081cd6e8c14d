// SPDX-License-Identifier: Apache-2.0
package io.anteroom.event;

import java.util.Map;

/** The trace that a request is part of, as the request's attribute {@link #ATTRIBUTE}. Safe from any thread. */
public interface Trace {
    /** The name of the attribute. */
    String ATTRIBUTE = "io.anteroom.trace";

    /** Its id, 32 hexadecimal digits. */
    String traceId();

    /** The header fields by which the next server goes on with it now, as {@code traceparent}. */
    Map<String, String> headers();
}
