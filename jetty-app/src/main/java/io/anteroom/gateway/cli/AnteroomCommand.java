// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.cli;

import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The command {@code anteroom}, which only has others below it. */
@Command(
        name = "anteroom",
        description = "A fair waiting room for requests on their way to LLM backends.",
        mixinStandardHelpOptions = true,
        version = "anteroom 0.1.0",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            ServeCommand.class,
            CheckConfigCommand.class,
            CreateKeyCommand.class,
            DemoCommand.class,
            ReplayCommand.class,
            ModelCommand.class
        })
public final class AnteroomCommand implements Runnable {
    /** Runs a command with the standard streams. */
    public static int run(String... args) {
        return commandLine().execute(args);
    }

    static int run(PrintWriter out, PrintWriter err, String... args) {
        return commandLine().setOut(out).setErr(err).execute(args);
    }

    private static CommandLine commandLine() {
        return new CommandLine(new AnteroomCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    String message = failure.getMessage() == null ? failure.toString() : failure.getMessage();
                    command.getErr()
                            .println("anteroom: " + message.lines().findFirst().orElse(""));
                    return 1;
                });
    }

    @Override
    public void run() {
        CommandLine.usage(this, System.out);
    }
}
