// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.cli;

import io.anteroom.gateway.sim.ModelServer;
import io.anteroom.gateway.sim.ModelSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs the simulated model server alone, until it is told to stop. */
@Command(
        name = "model",
        description = {
            "Runs a simulated model server alone, until it is told to stop: the APIs of OpenAI (chat completions, "
                    + "completions, responses), Anthropic (messages) and Ollama (chat, generate).",
            "The model named failing answers with status 500, the one named breaking breaks off half-way; any other "
                    + "name will do. A header field Sim-Service-Micros says how long an answer takes."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        sortOptions = false)
final class ModelCommand implements Callable<Integer> {
    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--port", description = "Where it listens on loopback; 0: a free port.")
    private int port = 8000;

    @Option(names = "--slots", description = "How many requests it serves at once; more wait inside.")
    private int slots = 8;

    @Option(names = "--speed", description = "By how much all service times are divided.")
    private double speed = 1;

    @Override
    public Integer call() throws IOException, InterruptedException {
        check("--port", port, 0, 65_535);
        check("--slots", slots, 1, 100_000);
        check("--speed", speed, 0.01, 10_000);
        PrintWriter out = spec.commandLine().getErr();
        CountDownLatch stopped = new CountDownLatch(1);
        try (ModelServer model =
                ModelServer.start(ModelSettings.ofSlots(slots).withSpeed(speed).withPort(port))) {
            out.println("model: listening at " + model.uri() + ", " + slots + " slots");
            out.flush();
            Runtime.getRuntime().addShutdownHook(new Thread(stopped::countDown, "shutdown"));
            stopped.await();
        }
        return 0;
    }

    private void check(String option, double value, double min, double max) {
        if (!(value >= min && value <= max)) {
            String expected = " (expected: from " + shown(min) + " to " + shown(max) + ")";
            throw new ParameterException(spec.commandLine(), option + ": " + shown(value) + expected);
        }
    }

    private static String shown(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
