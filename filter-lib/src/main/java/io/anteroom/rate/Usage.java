// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

/**
 * How many tokens a request has used.
 *
 * @param input those of its prompt
 * @param output those of its answer
 */
public record Usage(long input, long output) {
    /** None. */
    public static final Usage NONE = new Usage(0, 0);

    long total() {
        return input + output;
    }
}
