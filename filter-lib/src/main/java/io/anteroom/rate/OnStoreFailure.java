// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

/** What becomes of requests while the store of the buckets fails. Each is counted. */
public enum OnStoreFailure {
    /** They are let in, uncounted. */
    FAIL_OPEN,
    /** They are refused. */
    FAIL_CLOSED,
    /** They are judged by buckets of this JVM alone. */
    LOCAL
}
