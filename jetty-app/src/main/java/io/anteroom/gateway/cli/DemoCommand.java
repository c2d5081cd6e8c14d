// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.cli;

import io.anteroom.gateway.demo.Demo;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows the gateway at work. */
@Command(
        name = "demo",
        description = "Shows the gateway at work, with a simulated model server and mixed traffic. Needs nothing else.",
        mixinStandardHelpOptions = true,
        sortOptions = false)
final class DemoCommand implements Callable<Integer> {
    private static final int UNWATCHED_SECONDS = 30;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(
            names = "--seconds",
            description = "For how long; by default until Ctrl-C on a terminal, and for 30 s elsewhere.")
    private @Nullable Integer seconds;

    @Option(
            names = "--port",
            description = "Where the gateway listens (default: ${DEFAULT-VALUE}); another port if this is taken.")
    private int port = 8080;

    @Override
    public Integer call() throws Exception {
        boolean terminal = Terminal.isInteractive();
        PrintWriter out = spec.commandLine().getOut();
        Integer asked = seconds;
        if (asked != null && asked < 1) {
            throw new ParameterException(spec.commandLine(), "--seconds: " + asked + " (expected: at least 1)");
        }
        int length = asked != null ? asked : terminal ? 0 : UNWATCHED_SECONDS;
        return new Demo(out, terminal).run(port, Duration.ofSeconds(length)) ? 0 : 1;
    }
}
