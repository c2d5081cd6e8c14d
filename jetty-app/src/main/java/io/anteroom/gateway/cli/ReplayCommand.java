// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.cli;

import io.anteroom.admission.OnFull;
import io.anteroom.admission.Order;
import io.anteroom.gateway.replay.Plan;
import io.anteroom.gateway.replay.PlanSettings;
import io.anteroom.gateway.replay.PlanSettings.Priorities;
import io.anteroom.gateway.replay.Replay;
import io.anteroom.gateway.replay.ReplayReport;
import io.anteroom.gateway.replay.ReplayResult;
import io.anteroom.gateway.replay.ReplaySettings;
import io.anteroom.gateway.replay.TraceException;
import io.anteroom.gateway.replay.TraceReader;
import io.anteroom.gateway.replay.TraceRequest;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Sends a trace through the gateway and measures what becomes of it. */
@Command(
        name = "replay",
        description = {
            "Sends a recorded trace through real sockets, through the gateway to a simulated model server, at a chosen "
                    + "speed and overload, and measures what becomes of each request.",
            "The trace is a CSV file with the columns TIMESTAMP,ContextTokens,GeneratedTokens or t,key,prompt,output."
        },
        mixinStandardHelpOptions = true,
        showDefaultValues = true,
        sortOptions = false,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:no request was lost, none let in too many", "1:some were", "2:a mistake in the options"})
final class ReplayCommand implements Callable<Integer> {
    /** The orders by the names of the configuration. */
    enum OrderName {
        weighted(Order.WEIGHTED),
        strict(Order.STRICT),
        flat(Order.FLAT),
        fifo(Order.FIFO);

        private final Order order;

        OrderName(Order order) {
            this.order = order;
        }
    }

    /** The answers to a full queue by the names of the configuration. */
    enum OnFullName {
        reject(OnFull.REJECT),
        shed(OnFull.SHED_LOWEST);

        private final OnFull onFull;

        OnFullName(OnFull onFull) {
            this.onFull = onFull;
        }
    }

    /** A switch. */
    enum Switch {
        on,
        off
    }

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "The trace.")
    @SuppressWarnings("NullAway.Init")
    private Path file;

    @Option(
            names = "--load",
            description = "Offered work by capacity; the trace's clock is stretched to it. 0: leave it.")
    private double load = 1.2;

    @Option(names = "--speed", description = "By how much trace and service times are sped up.")
    private double speed = 60;

    @Option(names = "--slots", description = "How many requests the model serves at once.")
    private int slots = 32;

    @Option(names = "--seed", description = "Of everything that is drawn.")
    private long seed = 1;

    @Option(names = "--keys", description = "How many API keys are drawn (Zipf 1.1), if the trace has none.")
    private int keys = 40;

    @Option(
            names = "--priorities",
            description =
                    "home: each key has a level (10/20/50/20 %%), one request in five another; random: each request "
                            + "for itself (5/20/60/15 %%); one: all normal.")
    private Priorities priorities = Priorities.HOME;

    @Option(names = "--limit", description = "Only the first so many requests of the trace.")
    private int limit = Integer.MAX_VALUE;

    @Option(names = "--order", description = "Who goes first: ${COMPLETION-CANDIDATES}.")
    private OrderName order = OrderName.weighted;

    @Option(
            names = "--early-refusal",
            description = "Refuse at once what would wait too long: ${COMPLETION-CANDIDATES}.")
    private Switch earlyRefusal = Switch.on;

    @Option(names = "--on-full", description = "What happens when the queue is full: ${COMPLETION-CANDIDATES}.")
    private OnFullName onFull = OnFullName.reject;

    @Option(names = "--max-waiting", description = "How many may wait.")
    private int maxWaiting = 1_000_000;

    @Option(names = "--stream", description = "Ask for answers token by token.")
    private boolean stream;

    @Option(names = "--target", paramLabel = "URL", description = "An outside gateway instead of our own.")
    private @Nullable URI target;

    @Option(
            names = "--model-port",
            description =
                    "Where the simulated model server listens, for an outside gateway to lead to; 0: a free port.")
    private int modelPort;

    @Option(names = "--warm-up", description = "For how many seconds other requests are sent before, unmeasured.")
    private int warmUp = 3;

    @Option(names = "--json", paramLabel = "FILE", description = "Write the result there, too.")
    private @Nullable Path json;

    @Override
    public Integer call() throws Exception {
        check();
        PlanSettings planned = new PlanSettings(load, speed, slots, seed, keys, priorities);
        Plan plan = Plan.of(trace(), planned);
        ReplaySettings settings = new ReplaySettings(
                order.order,
                earlyRefusal == Switch.on,
                onFull.onFull,
                maxWaiting,
                stream,
                Optional.ofNullable(target),
                modelPort,
                Duration.ofSeconds(warmUp));
        PrintWriter out = spec.commandLine().getOut();
        int count = plan.requests().size();
        double seconds = plan.requests().get(count - 1).dueNanos() / 1e9;
        out.printf("%,d requests in %.0f s to %d slots at %.2f of their capacity%n", count, seconds, slots, load);
        out.flush();
        ProgressBar bar = new ProgressBar(spec.commandLine().getErr());
        ReplayResult result = Replay.run(plan, settings, bar);
        bar.end();
        out.print(ReplayReport.table(result));
        out.flush();
        if (json != null) {
            ReplayReport.write(result, json);
        }
        return result.lost() == 0 && result.overAdmissions() <= 0 ? 0 : 1;
    }

    private List<TraceRequest> trace() throws Exception {
        try {
            return TraceReader.read(file, limit);
        } catch (TraceException e) {
            throw new ParameterException(spec.commandLine(), file + ": " + e.getMessage());
        } catch (NoSuchFileException e) {
            throw new ParameterException(spec.commandLine(), file + ": no such file");
        }
    }

    private void check() {
        check("--load", load, 0, 100);
        check("--speed", speed, 0.01, 10_000);
        check("--slots", slots, 1, 100_000);
        check("--keys", keys, 1, 1_000_000);
        check("--limit", limit, 2, Integer.MAX_VALUE);
        check("--max-waiting", maxWaiting, 0, 10_000_000);
        check("--warm-up", warmUp, 0, 600);
        check("--model-port", modelPort, 0, 65_535);
        if (target != null && !"http".equalsIgnoreCase(target.getScheme())) {
            throw new ParameterException(
                    spec.commandLine(), "--target: " + target + " (expected: an address as http://127.0.0.1:8080)");
        }
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
