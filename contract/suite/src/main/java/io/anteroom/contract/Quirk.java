// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract;

/**
 * What a container does by itself, with or without the filter, and no filter can mend. The suite asserts each quirk
 * where it is declared, so a container that loses one is noticed.
 */
public enum Quirk {
    /**
     * Over HTTP/2, an application that throws after the commit, in its first pass, ends the stream as if all were well.
     */
    ENDS_FAILED_STREAM_CLEANLY,
    /** An application that starts async and then throws gets its client no answer, only the end of the connection. */
    DROPS_THROW_AFTER_START_ASYNC,
    /**
     * A 503 ends the HTTP/1.1 connection, as some other statuses do; the answer says so by {@code Connection: close}.
     */
    CLOSES_AFTER_503,
    /** A thread that waits is not told of its HTTP/2 stream that is reset, only of a connection that ends. */
    HIDES_RESET_FROM_THREADS,
    /** A response cannot be cut off from outside: a reader that stalled and comes back finds what was buffered. */
    CANNOT_CUT_RESPONSE
}
