// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.sim;

import java.util.random.RandomGenerator;

/** How long a model works on a request: {@code (0.2 + 0.0002 prompt + 0.02 output) s} with lognormal noise of 0.15. */
public final class ServiceTime {
    private static final double BASE_SECONDS = 0.2;
    private static final double SECONDS_PER_PROMPT_TOKEN = 0.0002;
    private static final double SECONDS_PER_OUTPUT_TOKEN = 0.02;
    private static final double NOISE = 0.15;

    private ServiceTime() {}

    /** A drawn time at true speed. */
    public static double seconds(int prompt, int output, RandomGenerator random) {
        return (prefillSeconds(prompt) + SECONDS_PER_OUTPUT_TOKEN * output) * Math.exp(NOISE * random.nextGaussian());
    }

    /** The share of the time before the first token. */
    static double prefillShare(int prompt, int output) {
        double prefill = prefillSeconds(prompt);
        return prefill / (prefill + SECONDS_PER_OUTPUT_TOKEN * output);
    }

    private static double prefillSeconds(int prompt) {
        return BASE_SECONDS + SECONDS_PER_PROMPT_TOKEN * prompt;
    }
}
