// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

/** What is counted. Rows of the database name these by their order: new ones come last. */
public enum Count {
    /** Requests that came to wait. One that is sent away and comes back to its place is counted again. */
    QUEUED,
    /** Requests that got a slot. */
    ADMITTED,
    /** Those of them that did not wait. */
    AT_ONCE,
    /** Requests that have given their slot back: they are processed. */
    RELEASED,
    /** Requests whose longest wait was over. */
    EXPIRED,
    /** Requests that lost their place to somebody with a better claim, or to the end of the server. */
    SHED,
    /** Requests that an operator ended. */
    CANCELLED,
    /** Requests whose client left while it waited. */
    ABANDONED,
    /** Requests that were sent away with their place kept. */
    KEPT,
    /** Kept places to which nobody came back. */
    GIVEN_UP,
    /** Requests that went on to their fallback. */
    FELL_BACK,
    /** Requests that were refused on arrival. */
    REFUSED
}
