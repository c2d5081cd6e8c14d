// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

/**
 * How many tokens a request will use, as far as it can be told before.
 *
 * @param prompt those of its prompt, estimated from its size
 * @param output the most that its answer may have, or -1 if it sets no bound
 */
public record Demand(long prompt, long output) {
    /** A request of which nothing is known. */
    public static final Demand UNKNOWN = new Demand(0, -1);

    /** A prompt token is about this many bytes of the request. */
    private static final int BYTES_PER_TOKEN = 4;

    private static final long MOST = 1_000_000_000;

    /** Keeps what clients write within bounds. */
    public Demand {
        prompt = Math.max(0, Math.min(MOST, prompt));
        output = Math.max(-1, Math.min(MOST, output));
    }

    /** The demand of a request with a body of this size. */
    public static Demand ofBody(long bytes, long output) {
        return new Demand((bytes + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN, output);
    }

    long outputOr(long usual) {
        return output < 0 ? usual : output;
    }
}
