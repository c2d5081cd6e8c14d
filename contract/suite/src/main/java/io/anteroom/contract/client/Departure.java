// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.client;

/** The ways in which a client leaves. */
public enum Departure {
    /** Closes the TCP connection in the ordinary way. */
    FIN,
    /** Closes it with a TCP reset. */
    RST,
    /** Resets the HTTP/2 stream and keeps the connection. */
    RST_STREAM
}
