// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.replay;

/**
 * How a trace becomes a plan.
 *
 * @param load offered work by capacity, to which the trace's clock is stretched; 0 leaves the clock alone
 * @param speed by how much time is sped up, for the trace and the model alike
 * @param slots how many requests the model serves at once
 * @param seed of everything that is drawn
 * @param keys how many keys are drawn, if the trace has none
 * @param priorities how levels are drawn
 */
public record PlanSettings(double load, double speed, int slots, long seed, int keys, Priorities priorities) {
    /** How levels are drawn. */
    public enum Priorities {
        /** Each key has a home level (10, 20, 50, 20 %); one request in five is of another, drawn alike. */
        HOME,
        /** Each request for itself: 5, 20, 60, 15 %. */
        RANDOM,
        /** All are normal. */
        ONE
    }
}
