// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import io.anteroom.admission.Decision;
import io.anteroom.admission.LocalPools;
import io.anteroom.admission.Pool;
import io.anteroom.admission.PoolMachine;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Threads;

/**
 * One request joins the queue and one release lets the next in, with so many waiting all the while. Whoever has run is
 * the next to join, so that depth, flows and levels stay as they are.
 */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class EnqueueGrantBenchmark {
    /** A pool whose waiters are told by the releasing thread. */
    @State(Scope.Benchmark)
    public static class Queue {
        /** How many wait. */
        @Param({"0", "1000", "100000"})
        public int waiting;

        private @Nullable Guest running;
        private @Nullable Guest away;

        /** Fills the slot and the queue. */
        @Setup
        public void fill() {
            Pool pool = poolOf(1);
            Crowd crowd = new Crowd(waiting);
            Consumer<Guest> letIn = guest -> running = guest;
            for (int i = 0; i <= waiting; i++) {
                new Guest(pool, crowd.arrival(i), letIn).join();
            }
            away = new Guest(pool, crowd.arrival(waiting + 1), letIn);
        }
    }

    /** The same with two slots, for two threads. */
    @State(Scope.Benchmark)
    public static class SharedQueue {
        /** How many wait. */
        @Param({"0", "1000", "100000"})
        public int waiting;

        private final ConcurrentLinkedQueue<Guest> running = new ConcurrentLinkedQueue<>();
        private final ConcurrentLinkedQueue<Guest> away = new ConcurrentLinkedQueue<>();

        /** Fills the slots and the queue. */
        @Setup
        public void fill() {
            Pool pool = poolOf(2);
            Crowd crowd = new Crowd(waiting);
            for (int i = 0; i < waiting + 2; i++) {
                new Guest(pool, crowd.arrival(i), running::add).join();
            }
            for (int i = 0; i < 2; i++) {
                away.add(new Guest(pool, crowd.arrival(waiting + 2 + i), running::add));
            }
        }
    }

    /** The machine alone, without lock, leases and waiters. */
    @State(Scope.Benchmark)
    public static class Machine {
        /** How many wait. */
        @Param({"0", "1000", "100000"})
        public int waiting;

        private final PoolMachine machine = new PoolMachine(Crowd.settings(1));
        private Crowd crowd = new Crowd(0);
        private int[] flowOfTicket = new int[0];
        private long running;
        private long lastTicket;
        private int away;

        /** Fills the slot and the queue. */
        @Setup
        public void fill() {
            crowd = new Crowd(waiting);
            flowOfTicket = new int[Integer.highestOneBit(waiting + 2) * 4];
            for (int i = 0; i <= waiting; i++) {
                join(i);
            }
            away = waiting + 1;
        }

        private void join(int flow) {
            long ticket = ++lastTicket;
            flowOfTicket[place(ticket)] = flow;
            Decision decision = machine.arrive(ticket, "local", crowd.arrival(flow), System.nanoTime(), effect -> {});
            if (decision instanceof Decision.Admitted) {
                running = ticket;
            }
        }

        private int place(long ticket) {
            return (int) ticket & (flowOfTicket.length - 1);
        }
    }

    /** Through the pool. */
    @Benchmark
    public void pool(Queue queue) {
        Guest leaving = required(queue.running);
        required(queue.away).join();
        leaving.leave();
        queue.away = leaving;
    }

    /** Through the pool by two threads at once. */
    @Benchmark
    @Threads(2)
    public void contended(SharedQueue queue) {
        required(queue.away.poll()).join();
        Guest leaving = required(queue.running.poll());
        leaving.leave();
        queue.away.add(leaving);
    }

    /** The machine alone. */
    @Benchmark
    public void machine(Machine room) {
        long leaving = room.running;
        room.join(room.away);
        room.machine.release(leaving, System.nanoTime(), effect -> room.running = effect.ticket());
        room.away = room.flowOfTicket[room.place(leaving)];
    }

    private static Pool poolOf(int slots) {
        return new LocalPools(System::nanoTime, (delay, task) -> {}, Runnable::run)
                .open("queue", Crowd.settings(slots));
    }

    private static Guest required(@Nullable Guest guest) {
        if (guest == null) {
            throw new IllegalStateException("nobody was let in");
        }
        return guest;
    }
}
