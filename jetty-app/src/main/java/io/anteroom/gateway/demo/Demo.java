// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.demo;

import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.PoolSnapshot;
import io.anteroom.backend.BackendKind;
import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.config.GatewayConfig;
import io.anteroom.gateway.config.GatewayConfig.Log;
import io.anteroom.gateway.config.GatewayConfig.PoolBackend;
import io.anteroom.gateway.config.GatewayConfig.Waiting;
import io.anteroom.gateway.server.Gateway;
import io.anteroom.gateway.sim.ModelCounts;
import io.anteroom.gateway.sim.ModelServer;
import io.anteroom.gateway.sim.ModelSettings;
import io.anteroom.servlet.CallerPolicy;
import io.anteroom.servlet.Callers;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** A simulated model server, the gateway before it, mixed traffic, and a view of what happens. Needs nothing else. */
public final class Demo {
    private static final String POOL = "llm";
    private static final int SLOTS = 8;

    private final PrintWriter out;
    private final boolean terminal;
    private final CountDownLatch stop = new CountDownLatch(1);

    /**
     * A demonstration.
     *
     * @param out where it is shown
     * @param terminal whether that is a terminal, which can be drawn over
     */
    public Demo(PrintWriter out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    /** Ends it before its time. */
    public void stop() {
        stop.countDown();
    }

    /**
     * Runs it.
     *
     * @param port where the gateway listens; another one if this is taken
     * @param length for how long; zero for until {@link #stop()}
     * @return whether the model never had more requests than slots, and somebody was served
     */
    public boolean run(int port, Duration length) throws IOException, InterruptedException {
        RecentWaits waits = new RecentWaits();
        try (ModelServer model = ModelServer.start(ModelSettings.ofSlots(SLOTS));
                Gateway gateway = gateway(model, port, waits);
                Traffic traffic = new Traffic(gateway.uri())) {
            introduce(gateway, model);
            traffic.start();
            show(gateway, model, new LiveView(waits), length);
            ModelCounts counts = model.counts();
            out.printf(
                    "%d answers, %d tokens, %d let in too many%n",
                    traffic.answered(), counts.tokens(), counts.overAdmissions());
            out.flush();
            return counts.overAdmissions() == 0;
        }
    }

    private static Gateway gateway(ModelServer model, int port, RecentWaits waits) throws IOException {
        GatewayConfig config = config(model);
        try {
            return Gateway.start(config.withListen(config.listen().withPort(port)), waits);
        } catch (IOException e) {
            if (!(e instanceof BindException) && !(e.getCause() instanceof BindException)) {
                throw e;
            }
            return Gateway.start(config.withListen(config.listen().withPort(0)), waits);
        }
    }

    /** Positions are told soon and often, so that one sees them move. */
    private static GatewayConfig config(ModelServer model) {
        GatewayConfig usual = ConfigReader.defaults(model.uri());
        Waiting waiting = usual.waiting();
        GatewayConfig config = new GatewayConfig(
                usual.listen(),
                usual.upstream(),
                Map.of(POOL, PoolSettings.ofSlots(SLOTS)),
                Map.of(POOL, new PoolBackend(BackendKind.VLLM, List.of(model.uri()), Duration.ofSeconds(1), false, 1)),
                Map.of(),
                usual.routes(),
                usual.models(),
                callers(),
                usual.limits(),
                usual.trustedProxies(),
                usual.waiting(),
                usual.protocol(),
                usual.shutdown(),
                Log.QUIET,
                usual.retention(),
                usual.operator());
        return config.withWaiting(new Waiting(
                Duration.ofMillis(300),
                Duration.ofSeconds(1),
                waiting.writeIdle(),
                waiting.maxBufferedBody(),
                false,
                waiting.places(),
                waiting.tickets()));
    }

    private static Callers.Snapshot callers() {
        Callers.Snapshot callers = Callers.Snapshot.of(CallerPolicy.DEFAULT);
        for (DemoCaller caller : DemoCaller.ALL) {
            callers = callers.with(caller.known());
        }
        return callers;
    }

    private void introduce(Gateway gateway, ModelServer model) {
        out.printf("Anteroom at %s, before a simulated model server at %s%n%n", gateway.uri(), model.uri());
        out.println("Join the queue yourself and see your position move:");
        out.printf(
                "  curl -N %s/v1/chat/completions -H 'Content-Type: application/json' \\%n"
                        + "    -d '{\"model\":\"simulated\",\"stream\":true,"
                        + "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]}'%n%n",
                gateway.uri());
        out.flush();
    }

    private void show(Gateway gateway, ModelServer model, LiveView view, Duration length) throws InterruptedException {
        long start = System.nanoTime();
        int height = 0;
        long pauseMillis = terminal ? 500 : 2000;
        while (true) {
            Duration elapsed = Duration.ofNanos(System.nanoTime() - start);
            PoolSnapshot pool = gateway.pool(POOL).snapshot();
            if (terminal) {
                String screen = view.screen(pool, gateway.backends(POOL).values(), model.counts(), elapsed);
                // Up over what was drawn before, and each line wiped before it is drawn again.
                out.print((height == 0 ? "" : "\u001b[" + height + "A") + screen.replace("\n", "\u001b[K\n"));
                height = (int) screen.lines().count();
            } else {
                out.println(view.line(pool, model.counts(), elapsed));
            }
            out.flush();
            long left = length.isZero()
                    ? pauseMillis
                    : Math.min(pauseMillis, length.minus(elapsed).toMillis());
            if (left <= 0 || stop.await(left, TimeUnit.MILLISECONDS)) {
                return;
            }
        }
    }
}
