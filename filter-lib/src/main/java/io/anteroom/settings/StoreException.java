// SPDX-License-Identifier: Apache-2.0
package io.anteroom.settings;

/** A store that cannot be reached, read or written. Its message may be shown to operators. */
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says what was tried, and why it failed. */
    public StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
