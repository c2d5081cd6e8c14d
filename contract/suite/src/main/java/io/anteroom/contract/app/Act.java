// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.app;

import jakarta.servlet.ServletException;
import java.io.IOException;

/** Something that an application does with a request. */
@FunctionalInterface
interface Act {
    void play(Cue cue) throws IOException, ServletException;
}
