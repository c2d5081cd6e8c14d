// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.client;

/** The protocols of the suite, both without TLS. */
public enum Protocol {
    /** HTTP/1.1. */
    HTTP1,
    /** HTTP/2 with prior knowledge. */
    HTTP2;

    /** Opens a connection of its own and sends one request over it. */
    public Call open(int port, Request request) {
        return this == HTTP1
                ? RawHttp1.to(port).send(request)
                : RawHttp2.to(port).send(request).closingSession();
    }

    /** Sends one request and reads its whole answer. */
    public Answer ask(int port, Request request) {
        try (Call call = open(port, request)) {
            return call.answer();
        }
    }
}
