// SPDX-License-Identifier: Apache-2.0
package io.anteroom.protocol;

/** How a waiting client is told its standing. */
public enum StatusMode {
    /** Not at all: nothing is sent before the application answers. */
    NONE,
    /** SSE comments, which every client ignores or shows as it likes. */
    COMMENT
}
