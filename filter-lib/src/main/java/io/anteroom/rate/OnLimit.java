// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

/** What becomes of a request whose bucket is empty. */
public enum OnLimit {
    /** It is refused, with the moment at which there will be enough. */
    REJECT,
    /** It waits in the pool's queue until then, if that is within its longest wait. */
    QUEUE
}
