// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import java.util.logging.ConsoleHandler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.Logger;

/** Logging of the nodes: nothing but errors, unless asked for. */
public final class Quiet {
    /** Found by the name of the class, when logging begins. */
    public Quiet() {
        LogManager.getLogManager().reset();
        Logger root = Logger.getLogger("");
        root.setLevel(Level.parse(System.getProperty("anteroom.bench.log", "OFF")));
        root.addHandler(new ConsoleHandler());
    }
}
