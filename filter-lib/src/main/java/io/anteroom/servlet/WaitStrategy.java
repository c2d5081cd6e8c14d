// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

/** How a request waits. */
public enum WaitStrategy {
    /**
     * {@link #VIRTUAL} where the container runs the request on a virtual thread, else {@link #ASYNC}; also for HTTP/2
     * on Tomcat, which tells a thread nothing of a stream that was reset.
     */
    AUTO,
    /**
     * Without a thread: {@code startAsync}, and {@code dispatch} when its turn comes. Everything behind the filter sees
     * a dispatch of type ASYNC and must be mapped to it.
     */
    ASYNC,
    /** On the request's own thread, in the order of the chain. Made for virtual threads; others are held too. */
    VIRTUAL
}
