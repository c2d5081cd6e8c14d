// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.Anteroom;
import io.anteroom.admission.CallerLimits;
import io.anteroom.admission.PoolSettings;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a burst of twice what can be served, when all who are refused are SDKs with their default retries.
 */
final class RetryStorm {
    private static final int SLOTS = 8;
    private static final int SERVICE_MILLIS = 80;
    private static final int CAPACITY = SLOTS * 1000 / SERVICE_MILLIS;
    private static final int WAITING = 200;
    private static final double LOAD = 2;
    private static final double MOST_ARRIVALS = 2.5;
    private static final double LEAST_SERVED = 0.9;

    private RetryStorm() {}

    /** Prints the figures; exit status 1 if one falls short. With {@code server} it is the server. */
    public static void main(String[] args) throws Exception {
        if (List.of(args).contains("server")) {
            serve();
            return;
        }
        int seconds = List.of(args).contains("--quick") ? 6 : 20;
        Outcome paced = Outcome.of(seconds, null);
        System.out.println("as told: " + paced);
        Outcome constant = Outcome.of(seconds, Duration.ofSeconds(1));
        System.out.println("as if told Retry-After: 1: " + constant);
        boolean holds = paced.arrivals() <= MOST_ARRIVALS && paced.served() >= LEAST_SERVED && paced.failed == 0;
        System.out.printf(
                Locale.ROOT,
                "retry-storm: arrivals %.2fx the offered work (at most %.1fx), %.1f %% served in the end (at least %.0f %%); "
                        + "with a constant Retry-After of 1 s %.2fx and %.1f %%: %s%n",
                paced.arrivals(),
                MOST_ARRIVALS,
                100 * paced.served(),
                100 * LEAST_SERVED,
                constant.arrivals(),
                100 * constant.served(),
                holds ? "holds" : "falls short");
        System.exit(holds ? 0 : 1);
    }

    private static void serve() throws InterruptedException {
        CallerLimits unlimited = CallerLimits.UNLIMITED;
        PoolSettings pool =
                PoolSettings.ofSlots(SLOTS).withQueue(WAITING, Long.MAX_VALUE).withCallers(unlimited, unlimited);
        HoldingServlet backend = new HoldingServlet();
        backend.hold(SERVICE_MILLIS);
        Anteroom anteroom = Anteroom.builder().pool("storm", pool).build();
        BenchServer server = BenchServer.start(anteroom, Map.of(BenchServer.GUARDED, backend));
        System.out.println(server.port());
        Thread.currentThread().join();
    }

    /** What became of one burst, at a server of its own that has seen how long requests take. */
    private record Outcome(int requests, int attempts, int ended, int failed, double seconds) {
        static Outcome of(int seconds, @Nullable Duration constant) throws IOException {
            try (Child server = Child.start(RetryStorm.class, "server")) {
                int port = Integer.parseInt(server.readLine());
                new SdkCrowd(port, null).run(3 * CAPACITY, 0.7 * CAPACITY);
                SdkCrowd crowd = new SdkCrowd(port, constant);
                int requests = (int) (seconds * LOAD * CAPACITY);
                long started = System.nanoTime();
                crowd.run(requests, LOAD * CAPACITY);
                double took = (System.nanoTime() - started) / 1e9;
                return new Outcome(requests, crowd.attempts(), crowd.served(), crowd.failed(), took);
            }
        }

        double arrivals() {
            return (double) attempts / requests;
        }

        double served() {
            return (double) ended / requests;
        }

        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT,
                    "%,d requests arrived %,d times, %,d were served, %,d failed, in %.1f s",
                    requests,
                    attempts,
                    ended,
                    failed,
                    seconds);
        }
    }
}
