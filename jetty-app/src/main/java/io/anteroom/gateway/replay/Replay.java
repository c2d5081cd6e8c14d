// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.LevelSettings;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.GatewayConfig.Log;
import io.anteroom.gateway.config.GatewayConfig.Waiting;
import io.anteroom.gateway.server.Gateway;
import io.anteroom.gateway.sim.ModelCounts;
import io.anteroom.gateway.sim.ModelServer;
import io.anteroom.gateway.sim.ModelSettings;
import io.anteroom.gateway.sim.ServiceTime;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Sends a plan through real sockets: our client, the gateway with the real filter, the simulated model server. */
public final class Replay {
    private static final String POOL = "llm";
    private static final long ALL_BYTES = 8L << 30;
    private static final CallerLimits ANY = CallerLimits.UNLIMITED;
    private static final Duration SLACK = Duration.ofSeconds(30);
    private static final double WARM_LOAD = 0.9;
    private static final double WARM_SPEED = 60;
    private static final int WARM_SLOTS = 16;
    private static final int WARM_PROMPT = 500;
    private static final int WARM_OUTPUT = 100;

    private final Plan plan;
    private final ReplaySettings settings;
    private final Ledger ledger;

    private Replay(Plan plan, ReplaySettings settings) {
        this.plan = plan;
        this.settings = settings;
        this.ledger = new Ledger(plan);
    }

    /** Runs a replay to its end and measures it. */
    public static ReplayResult run(Plan plan, ReplaySettings settings, Progress progress) throws Exception {
        if (!settings.warmUp().isZero()) {
            warmUp(settings.warmUp());
        }
        return new Replay(plan, settings).run(progress);
    }

    /** What the Java virtual machine has not compiled yet would be taken for the gateway's own time. */
    private static void warmUp(Duration length) throws Exception {
        PlanSettings planned = new PlanSettings(WARM_LOAD, WARM_SPEED, WARM_SLOTS, 1, 10, PlanSettings.Priorities.HOME);
        double second = ServiceTime.seconds(WARM_PROMPT, WARM_OUTPUT, new SplittableRandom(1)) / WARM_SPEED;
        int count = (int) Math.max(2, WARM_LOAD * WARM_SLOTS / second * length.toMillis() / 1000);
        List<TraceRequest> trace = IntStream.range(0, count)
                .mapToObj(i -> new TraceRequest(i, null, WARM_PROMPT, WARM_OUTPUT))
                .toList();
        new Replay(Plan.of(trace, planned), ReplaySettings.DEFAULT).run((answered, all, waiting, running) -> {});
    }

    private ReplayResult run(Progress progress) throws Exception {
        ModelSettings served = new ModelSettings(
                settings.modelPort(), plan.settings().slots(), plan.settings().speed(), 1, Duration.ofMillis(5));
        try (ModelServer model = ModelServer.start(served, ledger)) {
            ModelCounts counts;
            if (settings.target().isPresent()) {
                send(settings.target().get(), progress);
                counts = model.counts();
                return ReplayResult.of(plan, settings, ledger, counts.mostRunning() == 0 ? null : counts);
            }
            try (Gateway gateway = Gateway.start(config(model.uri()), ledger)) {
                send(gateway.uri(), progress);
                counts = model.counts();
            }
            return ReplayResult.of(plan, settings, ledger, counts);
        }
    }

    private void send(URI target, Progress progress) throws Exception {
        try (ReplayClient client = new ReplayClient(target, ledger, patience(), settings.stream())) {
            CompletableFuture<Void> over = client.start();
            int all = ledger.entries().size();
            while (!isOver(over)) {
                progress.at(ledger.answered(), all, ledger.waiting(), ledger.running());
            }
            progress.at(ledger.answered(), all, 0, 0);
        }
    }

    private static boolean isOver(@Nullable CompletableFuture<Void> over) throws Exception {
        try {
            if (over != null) {
                over.get(1, TimeUnit.SECONDS);
            }
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Nobody waits longer than this for an answer, unless it is lost. */
    private Duration patience() {
        long service = plan.requests().stream()
                .mapToLong(PlannedRequest::serviceNanos)
                .max()
                .orElse(0);
        return sped(PoolSettings.ofSlots(1).level(Priority.LOW).longestWait())
                .plusNanos(2 * service)
                .plus(SLACK);
    }

    private GatewayConfig config(URI model) {
        GatewayConfig usual = ConfigReader.defaults(model);
        GatewayConfig config = new GatewayConfig(
                usual.listen().withPort(0),
                usual.upstream(),
                Map.of(POOL, pool()),
                Map.of(),
                Map.of(),
                usual.routes(),
                usual.models(),
                usual.callers(),
                usual.limits(),
                usual.trustedProxies(),
                usual.waiting(),
                usual.protocol(),
                usual.shutdown(),
                Log.QUIET,
                usual.retention(),
                usual.operator());
        Waiting waiting = usual.waiting();
        return config.withWaiting(new Waiting(
                waiting.commitAfter(),
                waiting.heartbeat(),
                waiting.writeIdle(),
                waiting.maxBufferedBody(),
                true,
                waiting.places().withJsonHold(Duration.ofDays(1)),
                waiting.tickets()));
    }

    private PoolSettings pool() {
        PoolSettings pool = PoolSettings.ofSlots(plan.settings().slots())
                .withOrder(settings.order())
                .withEarlyRefusal(settings.earlyRefusal())
                .withOnFull(settings.onFull())
                .withQueue(settings.maxWaiting(), ALL_BYTES)
                .withCallers(ANY, ANY);
        for (Priority priority : Priority.values()) {
            LevelSettings level = pool.level(priority);
            pool = pool.withLevel(priority, level.withLongestWait(wholeMillis(sped(level.longestWait()))));
        }
        return pool;
    }

    /** Settings know nothing finer. */
    private static Duration wholeMillis(Duration time) {
        return Duration.ofMillis(Math.max(1, Math.round(time.toNanos() / 1e6)));
    }

    private Duration sped(Duration traceTime) {
        return Duration.ofNanos((long) (traceTime.toNanos() / plan.settings().speed()));
    }
}
