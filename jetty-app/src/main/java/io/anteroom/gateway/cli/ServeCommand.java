// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.cli;

import io.anteroom.admin.store.Database;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.OperatorConfig;
import io.anteroom.gateway.config.OperatorConfig.AdminListen;
import io.anteroom.gateway.config.OperatorConfig.Directory;
import io.anteroom.gateway.config.OperatorConfig.Nowhere;
import io.anteroom.gateway.config.OperatorConfig.Storage;
import io.anteroom.gateway.server.Gateway;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the gateway until it is told to stop. */
@Command(
        name = "serve",
        description = {
            "Runs the gateway until it is told to stop (SIGTERM or Ctrl-C); those who run then get time to end.",
            "Without --config and --upstream it reads anteroom.yaml."
        },
        mixinStandardHelpOptions = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"1:it could not start", "2:a mistake in the configuration", "143:told to stop"})
final class ServeCommand implements Callable<Integer> {
    private static final Path USUAL = Path.of("anteroom.yaml");

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--config", paramLabel = "FILE", description = "The configuration file.")
    private @Nullable Path file;

    @Option(names = "--upstream", paramLabel = "URL", description = "The backend, with defaults for everything else.")
    private @Nullable URI upstream;

    @Option(names = "--port", description = "Listen there, whatever the file says.")
    private @Nullable Integer port;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = {
                "Keep settings and everything else that outlives the gateway there, whatever the file says;",
                "off to keep nothing. Without a file it is the directory data."
            })
    private @Nullable String data;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Optional<GatewayConfig> found = config();
        if (found.isEmpty()) {
            return 2;
        }
        GatewayConfig config = found.get();
        Gateway gateway = Gateway.start(config);
        PrintWriter out = spec.commandLine().getErr();
        out.println("anteroom: listening at " + gateway.uri() + ", before "
                + config.upstream().urls() + ", pools "
                + gateway.desk().current().settings().pools().keySet());
        gateway.adminUri().ifPresent(uri -> out.println("anteroom: operators at " + uri));
        out.println("anteroom: settings of revision " + gateway.desk().current().number() + ", kept in "
                + gateway.database().map(Database::name).orElse("memory only"));
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(gateway, out, stopped), "shutdown"));
        stopped.await();
        return 0;
    }

    private static void stop(Gateway gateway, PrintWriter out, CountDownLatch stopped) {
        out.println("anteroom: stopping");
        try {
            boolean whole = gateway.stop();
            out.println(whole ? "anteroom: stopped, everybody served" : "anteroom: stopped, somebody was cut off");
        } finally {
            stopped.countDown();
        }
    }

    private Optional<GatewayConfig> config() {
        if (file != null && upstream != null) {
            throw new ParameterException(spec.commandLine(), "--config and --upstream exclude each other");
        }
        Path chosen = file == null ? USUAL : file;
        Optional<GatewayConfig> config;
        if (upstream != null) {
            config = Optional.of(defaults(upstream));
        } else if (file == null && !Files.exists(USUAL)) {
            throw new ParameterException(
                    spec.commandLine(), "nothing to serve (expected: --upstream, --config or a file " + USUAL + ")");
        } else {
            config = ConfigFile.read(chosen, spec.commandLine().getErr());
        }
        return config.map(this::withOptions);
    }

    private GatewayConfig withOptions(GatewayConfig config) {
        GatewayConfig changed = config;
        if (port != null) {
            changed = changed.withListen(changed.listen().withPort(checked(port)));
        }
        if (data != null) {
            Storage storage = data.equals("off") ? new Nowhere() : new Directory(directory(data));
            changed = changed.withOperator(changed.operator().withStorage(storage));
        }
        return changed;
    }

    private Path directory(String text) {
        if (text.isBlank() || text.indexOf(';') >= 0) {
            throw new ParameterException(
                    spec.commandLine(), "--data: " + text + " (expected: a directory without a semicolon, or off)");
        }
        return Path.of(text);
    }

    private GatewayConfig defaults(URI url) {
        try {
            return ConfigReader.defaults(url)
                    .withOperator(OperatorConfig.NONE
                            .withStorage(new Directory(Path.of("data")))
                            .withAdmin(AdminListen.USUAL));
        } catch (IllegalArgumentException e) {
            throw new ParameterException(
                    spec.commandLine(), "--upstream: " + url + " (expected: an address as http://127.0.0.1:8000)", e);
        }
    }

    private int checked(int asked) {
        if (asked < 0 || asked > 65_535) {
            throw new ParameterException(
                    spec.commandLine(), "--port: " + asked + " (expected: a whole number from 0 to 65535)");
        }
        return asked;
    }
}
