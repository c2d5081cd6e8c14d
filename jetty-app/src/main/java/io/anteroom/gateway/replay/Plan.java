// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

import io.anteroom.admission.Priority;
import io.anteroom.gateway.sim.ServiceTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * What will be sent when. The same trace, settings and seed give the same plan.
 *
 * @param requests in the order of sending
 * @param settings what it was made from
 */
public record Plan(List<PlannedRequest> requests, PlanSettings settings) {
    private static final double ZIPF = 1.1;
    private static final double[] HOME = {0.10, 0.20, 0.50, 0.20};
    private static final double[] RANDOM = {0.05, 0.20, 0.60, 0.15};
    private static final double REDRAWN = 0.2;

    /** Copies the list. */
    public Plan {
        requests = List.copyOf(requests);
    }

    /** Draws keys, levels and service times, and stretches the clock to the load. */
    public static Plan of(List<TraceRequest> trace, PlanSettings settings) {
        SplittableRandom seeds = new SplittableRandom(settings.seed());
        Draws draws = new Draws(settings, seeds.split());
        SplittableRandom noise = seeds.split();
        double[] seconds = new double[trace.size()];
        double work = 0;
        for (int i = 0; i < seconds.length; i++) {
            TraceRequest request = trace.get(i);
            seconds[i] = ServiceTime.seconds(request.prompt(), Math.max(1, request.output()), noise);
            work += seconds[i];
        }
        double nanosPerSecond = 1e9 / settings.speed();
        double stretch = stretch(trace, work, settings);
        List<PlannedRequest> planned = new ArrayList<>(seconds.length);
        for (int i = 0; i < seconds.length; i++) {
            TraceRequest request = trace.get(i);
            String key = request.key() == null ? draws.key() : request.key();
            planned.add(new PlannedRequest(
                    i,
                    (long) (request.seconds() * stretch * nanosPerSecond),
                    key,
                    draws.level(key),
                    request.prompt(),
                    Math.max(1, request.output()),
                    (long) (seconds[i] * nanosPerSecond)));
        }
        return new Plan(planned, settings);
    }

    private static double stretch(List<TraceRequest> trace, double work, PlanSettings settings) {
        double span = trace.get(trace.size() - 1).seconds();
        if (settings.load() == 0 || span == 0) {
            return 1;
        }
        return work / (settings.slots() * settings.load()) / span;
    }

    /** Trace seconds in a number of nanoseconds of ours. */
    public double traceSeconds(long nanos) {
        return nanos * settings.speed() / 1e9;
    }

    /** The keys whose demand is below the median of all keys. */
    public Set<String> lightKeys() {
        Map<String, Double> demand = requests.stream()
                .collect(Collectors.groupingBy(
                        PlannedRequest::key, Collectors.summingDouble(PlannedRequest::serviceNanos)));
        double[] sorted = demand.values().stream()
                .mapToDouble(Double::doubleValue)
                .sorted()
                .toArray();
        double median = sorted[sorted.length / 2];
        return demand.keySet().stream()
                .filter(key -> demand.getOrDefault(key, 0.0) < median)
                .collect(Collectors.toSet());
    }

    /** What a trace without users leaves open. */
    private static final class Draws {
        private final SplittableRandom random;
        private final double[] keyShares;
        private final PlanSettings.Priorities priorities;
        private final Map<String, Priority> homes = new HashMap<>();

        Draws(PlanSettings settings, SplittableRandom random) {
            this.random = random;
            priorities = settings.priorities();
            keyShares = new double[settings.keys()];
            for (int i = 0; i < keyShares.length; i++) {
                keyShares[i] = Math.pow(i + 1, -ZIPF);
            }
            double all = Arrays.stream(keyShares).sum();
            Arrays.setAll(keyShares, i -> keyShares[i] / all);
            for (int i = 0; i < keyShares.length; i++) {
                homes.put(name(i), drawn(HOME));
            }
        }

        String key() {
            return name(index(keyShares));
        }

        Priority level(String key) {
            if (priorities == PlanSettings.Priorities.ONE) {
                return Priority.NORMAL;
            }
            if (priorities == PlanSettings.Priorities.RANDOM) {
                return drawn(RANDOM);
            }
            Priority usual = homes.computeIfAbsent(key, fresh -> drawn(HOME));
            return random.nextDouble() < REDRAWN ? drawn(HOME) : usual;
        }

        private static String name(int i) {
            return "key-%02d".formatted(i);
        }

        private Priority drawn(double[] shares) {
            return Priority.values()[index(shares)];
        }

        private int index(double[] shares) {
            double left = random.nextDouble();
            for (int i = 0; i < shares.length - 1; i++) {
                left -= shares[i];
                if (left < 0) {
                    return i;
                }
            }
            return shares.length - 1;
        }
    }
}
