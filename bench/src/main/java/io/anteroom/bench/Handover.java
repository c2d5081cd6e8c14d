// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.Anteroom;
import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.locks.LockSupport;

/** How long a slot is idle between the release of one request and the start of the next. */
final class Handover {
    private static final int[] DEPTHS = {10, 1_000, 10_000};
    private static final double MOST_IN_PROCESS = 1;
    private static final double MOST_THROUGH_SOCKETS = 5;
    private static final int BODY_BYTES = 200;

    private Handover() {}

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) throws Exception {
        boolean quick = List.of(args).contains("--quick");
        double[] inside = new double[DEPTHS.length];
        double[] outside = new double[DEPTHS.length];
        for (int i = 0; i < DEPTHS.length; i++) {
            Sample sample = inProcess(DEPTHS[i], quick ? 5_000 : 50_000);
            inside[i] = sample.millis(0.99);
            System.out.printf(Locale.ROOT, "in process, %,d waiting: %s%n", DEPTHS[i], sample);
        }
        for (int i = 0; i < DEPTHS.length; i++) {
            Sample sample = throughSockets(DEPTHS[i], quick ? 500 : 5_000);
            outside[i] = sample.millis(0.99);
            System.out.printf(Locale.ROOT, "through sockets, %,d waiting: %s%n", DEPTHS[i], sample);
        }
        boolean holds = max(inside) < MOST_IN_PROCESS && max(outside) < MOST_THROUGH_SOCKETS;
        System.out.printf(
                Locale.ROOT,
                "handover: p99 at 10, 1,000 and 10,000 waiting in process %s ms (under %.0f), through sockets %s ms "
                        + "(under %.0f): %s%n",
                joined(inside),
                MOST_IN_PROCESS,
                joined(outside),
                MOST_THROUGH_SOCKETS,
                holds ? "holds" : "falls short");
        System.exit(holds ? 0 : 1);
    }

    /** From the call that releases to the call that tells the next, which is on a thread of the pool's. */
    private static Sample inProcess(int waiting, int handovers) throws InterruptedException {
        try (LocalPools pools = new LocalPools(System::nanoTime)) {
            Pool pool = pools.open("handover", Crowd.settings(1));
            BlockingQueue<Started> started = new ArrayBlockingQueue<>(1);
            Crowd crowd = new Crowd(waiting);
            Guest[] guests = new Guest[waiting + 1];
            for (int i = 0; i < guests.length; i++) {
                guests[i] =
                        new Guest(pool, crowd.arrival(i), guest -> started.add(new Started(guest, System.nanoTime())));
            }
            for (int i = 1; i < guests.length; i++) {
                guests[i].join();
            }
            Guest away = guests[0];
            Guest running = started.take().guest();
            Sample sample = new Sample();
            for (int i = -handovers / 5; i < handovers; i++) {
                away.join();
                long released = System.nanoTime();
                running.leave();
                Started next = started.take();
                if (i >= 0) {
                    sample.add(next.nanos() - released);
                }
                away = running;
                running = next.guest();
            }
            return sample;
        }
    }

    private record Started(Guest guest, long nanos) {}

    /** From the completion of one exchange to the call of the next one's servlet, the clients in another process. */
    private static Sample throughSockets(int waiting, int handovers) throws Exception {
        HoldingServlet servlet = new HoldingServlet();
        try (Anteroom anteroom =
                        Anteroom.builder().pool("handover", Crowd.settings(1)).build();
                BenchServer server = BenchServer.start(anteroom, Map.of(BenchServer.GUARDED, servlet));
                Child clients = Child.start(
                        HttpCrowdMain.class,
                        Integer.toString(server.port()),
                        Integer.toString(waiting + 1),
                        Integer.toString(BODY_BYTES))) {
            Pool pool = anteroom.pool("handover");
            await(clients, () -> pool.snapshot().waiting() >= waiting - 1);
            servlet.measure(-handovers / 5, handovers);
            await(clients, servlet::isDone);
            return servlet.sample();
        }
    }

    private static void await(Child clients, java.util.function.BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (!clients.isAlive()) {
                throw new IllegalStateException("the clients ended early");
            }
            LockSupport.parkNanos(10_000_000);
        }
    }

    private static double max(double[] values) {
        double max = 0;
        for (double value : values) {
            max = Math.max(max, value);
        }
        return max;
    }

    private static String joined(double[] values) {
        return String.format(Locale.ROOT, "%.3f / %.3f / %.3f", values[0], values[1], values[2]);
    }
}
