// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import com.sun.management.ThreadMXBean;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Decision;
import io.anteroom.admission.Order;
import io.anteroom.admission.PoolMachine;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;

/** Refreshes the positions of everybody in a long queue, again and again, while it moves. */
final class Positions {
    private static final int WAITING = 100_000;
    private static final double MOST_MILLIS = 15;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final PoolMachine machine;
    private final Crowd crowd = new Crowd(WAITING);
    private final Sample cpu = new Sample();
    private long running;
    private long arrived;
    private long allocated;

    private Positions(Order order) {
        machine = new PoolMachine(Crowd.settings(1).withOrder(order).withEarlyRefusal(false));
        for (int i = 0; i <= WAITING; i++) {
            arrive();
        }
    }

    /** Prints the figures; exit status 1 if one falls short. */
    public static void main(String[] args) {
        boolean quick = List.of(args).contains("--quick");
        boolean holds = true;
        StringBuilder figures = new StringBuilder("positions: 100,000 waiting in 2,000 flows");
        for (Order order : Order.values()) {
            Positions positions = new Positions(order);
            positions.run(quick ? 100 : 300, quick ? 100 : 1000);
            holds &= positions.holds();
            figures.append(positions.figure(order));
        }
        System.out.println(figures.append(holds ? ": holds" : ": falls short"));
        System.exit(holds ? 0 : 1);
    }

    private void arrive() {
        long ticket = ++arrived;
        Arrival arrival = crowd.arrival((int) (ticket % (WAITING + 1)));
        Decision decision = machine.arrive(ticket, "local", arrival, System.nanoTime(), effect -> {});
        if (decision instanceof Decision.Admitted) {
            running = ticket;
        }
    }

    /** A pass after each change: somebody leaves, somebody comes. What the changes cost does not count. */
    private void run(int warmUp, int passes) {
        for (int i = -warmUp; i < passes; i++) {
            machine.release(running, System.nanoTime(), effect -> running = effect.ticket());
            arrive();
            long bytes = THREADS.getCurrentThreadAllocatedBytes();
            long nanos = THREADS.getCurrentThreadCpuTime();
            machine.rank();
            long spent = THREADS.getCurrentThreadCpuTime() - nanos;
            long made = THREADS.getCurrentThreadAllocatedBytes() - bytes;
            if (i >= 0) {
                cpu.add(spent);
                allocated += made;
            }
        }
        if (machine.waiting() != WAITING) {
            throw new IllegalStateException(machine.waiting() + " wait (expected: " + WAITING + ")");
        }
    }

    private boolean holds() {
        return cpu.millis(0.5) <= MOST_MILLIS && allocated == 0;
    }

    private String figure(Order order) {
        System.out.println(order.name().toLowerCase(Locale.ROOT) + ": processor time of a pass " + cpu + ", "
                + allocated + " bytes allocated in all");
        return String.format(
                Locale.ROOT,
                ", %s %.1f ms and %d bytes",
                order.name().toLowerCase(Locale.ROOT),
                cpu.millis(0.5),
                allocated);
    }
}
