// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.io.IOException;

/** Something that writes to the client. */
@FunctionalInterface
interface Write {
    /** Writes. */
    void run() throws IOException;
}
