// SPDX-License-Identifier: Apache-2.0
package io.anteroom.sim;

import io.anteroom.admission.Absence;
import io.anteroom.admission.Arrival;
import io.anteroom.admission.Caller;
import io.anteroom.admission.Decision;
import io.anteroom.admission.Effect;
import io.anteroom.admission.PoolMachine;
import io.anteroom.admission.PoolSettings;
import io.anteroom.admission.Priority;
import io.anteroom.admission.Refusal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Random;
import java.util.function.BiConsumer;

/**
 * A pool, its clients and its backend on a virtual clock: events run one after the other in the order of their times.
 */
final class ScenarioWorld {
    static final long SECOND = 1_000_000_000L;

    final PoolMachine machine;
    final Random random;
    final ScenarioReport report = new ScenarioReport();
    /** How much longer everything takes than it should: a slow backend. */
    double slowdown = 1;
    /** How far the pool's clock is ahead of true time. */
    long clockOffsetNanos;
    /** Told of everybody who was refused on arrival, with what it was told. */
    BiConsumer<Request, Refusal> onRefused = (request, refusal) -> {};

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final Map<Long, Request> live = new HashMap<>();
    private final List<Effect> effects = new ArrayList<>();
    private long nowNanos;
    private long lastEvent;
    private long lastTicket;

    /**
     * Who asks, what for and how long it holds a slot.
     *
     * @param group the row of the report that it counts in
     */
    record Client(String group, String key, String ip, Priority priority, String node) {
        static Client of(String group, String key, Priority priority) {
            return new Client(group, key, "ip-" + key, priority, "node");
        }
    }

    /** One request, which may come again under another number after it was refused. */
    static final class Request {
        final Client client;
        final long costNanos;
        long ticket;
        long arrivedNanos;
        int tries;
        boolean running;

        Request(Client client, long costNanos) {
            this.client = client;
            this.costNanos = costNanos;
        }
    }

    private record Event(long nanos, long number, Runnable run) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            return nanos != other.nanos ? Long.compare(nanos, other.nanos) : Long.compare(number, other.number);
        }
    }

    ScenarioWorld(long seed, PoolSettings settings) {
        random = new Random(seed);
        machine = new PoolMachine(settings);
    }

    double seconds() {
        return nowNanos / 1e9;
    }

    void at(double seconds, Runnable run) {
        events.add(new Event((long) (seconds * SECOND), ++lastEvent, run));
    }

    void after(Duration delay, Runnable run) {
        events.add(new Event(nowNanos + delay.toNanos(), ++lastEvent, run));
    }

    /** Requests of one client from one moment to another, at random with a mean rate, of random costs with a mean. */
    void traffic(Client client, double fromSeconds, double toSeconds, double perSecond, double meanCostSeconds) {
        double at = fromSeconds;
        while (true) {
            at += exponential(1 / perSecond);
            if (at >= toSeconds) {
                return;
            }
            // Costs from half to one and a half of the mean, now and then four times that.
            double cost = meanCostSeconds * (0.5 + random.nextDouble()) * (random.nextInt(10) == 0 ? 4 : 1) / 1.3;
            Request request = new Request(client, (long) (cost * SECOND));
            at(at, () -> arrive(request));
        }
    }

    /** The same everywhere: StrictMath, not whatever the processor offers. */
    private double exponential(double mean) {
        return -mean * StrictMath.log(1 - random.nextDouble());
    }

    void arrive(Request request) {
        request.ticket = ++lastTicket;
        request.arrivedNanos = nowNanos;
        request.tries++;
        ScenarioReport.Row row = report.row(request.client.group());
        row.arrived++;
        Client client = request.client;
        Arrival arrival = Arrival.of(Caller.of(client.key(), client.ip()), client.priority());
        live.put(request.ticket, request);
        Decision decision = machine.arrive(request.ticket, client.node(), arrival, poolNanos(), effects::add);
        if (decision instanceof Decision.Admitted) {
            admitted(request);
        } else if (decision instanceof Decision.Refused refused) {
            live.remove(request.ticket);
            row.refused++;
            onRefused.accept(request, refused.refusal());
        }
        carryOut();
    }

    private long poolNanos() {
        return nowNanos + clockOffsetNanos;
    }

    private void admitted(Request request) {
        request.running = true;
        report.row(request.client.group()).waits.add(nowNanos - request.arrivedNanos);
        long ticket = request.ticket;
        after(Duration.ofNanos((long) (request.costNanos * slowdown)), () -> release(ticket));
    }

    private void release(long ticket) {
        if (machine.release(ticket, poolNanos(), effects::add)) {
            Request request = live.remove(ticket);
            report.row(request.client.group()).served++;
            report.work.merge(request.client.key(), (double) request.costNanos / SECOND, Double::sum);
        }
        carryOut();
    }

    /**
     * One that is held for a while, leaves with its place kept, and comes back after a while, as an SDK does that is
     * told to; or never does.
     */
    void arriveAndLeave(Request request, Duration held, Absence absence, Duration pause, boolean comesBack) {
        arrive(request);
        after(held, () -> leave(request, held, absence, pause, comesBack));
    }

    private void leave(Request request, Duration held, Absence absence, Duration pause, boolean comesBack) {
        if (live.get(request.ticket) != request
                || request.running
                || !machine.keep(request.ticket, absence, poolNanos(), effects::add)) {
            return;
        }
        if (comesBack) {
            after(pause, () -> {
                machine.rejoin(request.ticket, 0, poolNanos(), effects::add);
                carryOut();
                after(held, () -> leave(request, held, absence, pause, true));
            });
        }
    }

    void configure(PoolSettings settings) {
        machine.configure(settings, poolNanos(), effects::add);
        carryOut();
    }

    void nodeLost(String node) {
        machine.nodeLost(node, poolNanos(), effects::add);
        live.values().removeIf(request -> {
            if (request.client.node().equals(node)) {
                report.row(request.client.group()).lost++;
                return true;
            }
            return false;
        });
        carryOut();
    }

    private void carryOut() {
        List<Effect> taken = new ArrayList<>(effects);
        effects.clear();
        for (Effect effect : taken) {
            Request request = live.get(effect.ticket());
            if (effect instanceof Effect.Granted) {
                admitted(request);
            } else if (effect instanceof Effect.Ended ended) {
                live.remove(effect.ticket());
                ScenarioReport.Row row = report.row(request.client.group());
                if (ended.refusal().code() == Refusal.Code.SHED) {
                    row.shed++;
                } else {
                    row.expired++;
                }
            }
        }
    }

    /** Runs until nothing is left to happen. */
    void run() {
        while (true) {
            Event event = events.peek();
            long deadline = machine.nextDeadlineNanos();
            if (event == null && deadline == Long.MAX_VALUE) {
                return;
            }
            long due = deadline == Long.MAX_VALUE ? Long.MAX_VALUE : Math.max(nowNanos, deadline - clockOffsetNanos);
            long next = event == null ? due : Math.min(due, event.nanos);
            report.pass(next - nowNanos, machine);
            nowNanos = next;
            if (event != null && event.nanos <= due) {
                events.remove();
                event.run.run();
            } else {
                machine.tick(poolNanos(), effects::add);
                carryOut();
            }
        }
    }
}
