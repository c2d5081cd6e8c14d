// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.cli;

import io.anteroom.gateway.config.GatewayConfig;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Checks a configuration file and tells every problem at once. */
@Command(
        name = "check-config",
        description = "Checks a configuration file and tells every problem at once.",
        mixinStandardHelpOptions = true,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:the file has no mistake", "2:it has, and they were told"})
final class CheckConfigCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The file, usually anteroom.yaml.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Override
    public Integer call() {
        Optional<GatewayConfig> config =
                ConfigFile.read(file, spec.commandLine().getErr());
        if (config.isEmpty()) {
            return 2;
        }
        int pools = config.get().pools().size();
        spec.commandLine().getOut().println(file + ": good (" + pools + (pools == 1 ? " pool)" : " pools)"));
        return 0;
    }
}
