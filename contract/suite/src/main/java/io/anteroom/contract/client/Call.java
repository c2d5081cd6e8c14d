// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.client;

/** One request under way, whatever the protocol. Used by one thread. */
public interface Call extends AutoCloseable {
    /** Reads to the end of the answer. */
    Answer answer();

    /** Reads the body until {@code text} has come; fails if the answer ends before. */
    void awaitText(String text);

    /** Breaks off. Nothing can be read afterwards. */
    void leave(Departure how);

    @Override
    void close();
}
