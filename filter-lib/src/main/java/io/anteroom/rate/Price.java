// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

/**
 * What a model's tokens cost.
 *
 * @param models the models, as {@code exact}, {@code prefix*} or {@code *}
 * @param inputMicros a million tokens of prompt, in millionths of the currency
 * @param outputMicros a million tokens of answer
 */
public record Price(String models, long inputMicros, long outputMicros) {
    private static final long MILLION = 1_000_000;

    /** Checks the bounds. */
    public Price {
        Checks.pattern("models", models);
        Checks.range("input", inputMicros, 0, MILLION * MILLION);
        Checks.range("output", outputMicros, 0, MILLION * MILLION);
    }

    /** What this many tokens cost, in millionths of the currency, rounded up. */
    long micros(long input, long output) {
        double exact = ((double) input * inputMicros + (double) output * outputMicros) / MILLION;
        return (long) Math.ceil(exact);
    }
}
