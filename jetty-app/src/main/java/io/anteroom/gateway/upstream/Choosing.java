// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.upstream;

import io.anteroom.gateway.config.UpstreamGroup.Choice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Picks one of several backends. Decisions: time and randomness are arguments. */
final class Choosing {
    private Choosing() {}

    /**
     * A backend as it stands.
     *
     * @param backend which
     * @param inFlight how many requests of ours are there
     * @param weight its share
     * @param isFull whether its slots are taken
     * @param isCooling whether it has asked to be left alone for a while
     * @param waiting how many requests wait inside of it, by its own word; 0 if that is not known
     */
    record Candidate(LiveBackend backend, int inFlight, double weight, boolean isFull, boolean isCooling, int waiting) {
        /** How much it would have to do for its share. */
        double load() {
            return (inFlight + 1) / weight;
        }
    }

    /** The best of at least one. */
    static Candidate pick(List<Candidate> candidates, Choice choice, @Nullable Long prefix, RandomGenerator random) {
        Candidate sticky = choice.isSticky() && prefix != null ? sticky(candidates, choice, prefix) : null;
        return sticky != null ? sticky : leastLoaded(candidates, random);
    }

    private static Candidate leastLoaded(List<Candidate> candidates, RandomGenerator random) {
        Comparator<Candidate> order = Comparator.comparing(Candidate::isCooling)
                .thenComparing(Candidate::isFull)
                .thenComparingDouble(Candidate::load)
                .thenComparingInt(Candidate::waiting);
        List<Candidate> best = new ArrayList<>(candidates.size());
        for (Candidate candidate : candidates) {
            int compared = best.isEmpty() ? 0 : order.compare(candidate, best.get(0));
            if (compared < 0) {
                best.clear();
            }
            if (compared <= 0) {
                best.add(candidate);
            }
        }
        return best.get(best.size() == 1 ? 0 : random.nextInt(best.size()));
    }

    /**
     * Rendezvous hashing with bounded loads: backends that come and go move only their own prompts, and none has more
     * than {@code balance} times its share.
     */
    private static @Nullable Candidate sticky(List<Candidate> candidates, Choice choice, long prefix) {
        double weights = candidates.stream().mapToDouble(Candidate::weight).sum();
        int total = candidates.stream().mapToInt(Candidate::inFlight).sum() + 1;
        Candidate best = null;
        double bestScore = 0;
        for (Candidate candidate : candidates) {
            double bound = Math.ceil(choice.balance() * total * candidate.weight() / weights);
            double score = score(prefix, candidate);
            boolean hasRoom = candidate.inFlight() < bound && !candidate.isFull() && !candidate.isCooling();
            if (hasRoom && score > bestScore) {
                best = candidate;
                bestScore = score;
            }
        }
        return best;
    }

    /** The higher, the better; a backend of twice the weight wins twice as often. */
    private static double score(long prefix, Candidate candidate) {
        long hash = mix(prefix ^ mix(candidate.backend().name().hashCode()));
        double uniform = ((hash >>> 11) + 0.5) / (1L << 53);
        return -candidate.backend().fullWeight() / Math.log(uniform);
    }

    /** Spreads the bits of a number (the finalizer of MurmurHash3). */
    static long mix(long value) {
        long mixed = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return mixed ^ (mixed >>> 33);
    }
}
