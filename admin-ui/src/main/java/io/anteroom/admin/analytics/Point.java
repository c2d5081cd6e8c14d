// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import java.time.Instant;

/**
 * One step of a chart.
 *
 * @param at where it begins
 * @param figures what happened in it
 */
public record Point(Instant at, Figures figures) {}
