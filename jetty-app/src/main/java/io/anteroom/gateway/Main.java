// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway;

import io.anteroom.gateway.cli.AnteroomCommand;

/** Entry point of the gateway. */
public final class Main {
    private Main() {}

    /** Runs a command; the exit code is 0 for success, 1 for a failure, 2 for a mistake in what was asked. */
    public static void main(String[] args) {
        System.exit(AnteroomCommand.run(args));
    }
}
