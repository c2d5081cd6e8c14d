// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

/** A trace that cannot be read; the message names the line. */
public final class TraceException extends Exception {
    private static final long serialVersionUID = 1L;

    TraceException(String message) {
        super(message);
    }
}
