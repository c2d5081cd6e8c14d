// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.cli;

import java.io.Console;

/** Whether somebody is watching. */
final class Terminal {
    private Terminal() {}

    @SuppressWarnings("SystemConsoleNull")
    static boolean isInteractive() {
        Console console = System.console();
        if (console == null) {
            return false;
        }
        try {
            // From JDK 22 on there is a console even where there is no terminal; it can be asked.
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException e) {
            return true;
        }
    }
}
