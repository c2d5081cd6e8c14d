// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.analytics;

import io.anteroom.admission.Priority;
import java.time.Instant;
import java.util.Map;

/**
 * How a period went.
 *
 * @param from its beginning
 * @param to its end; what is under way is in it
 * @param total everything
 * @param byLevel the same by level
 * @param byPool the same by pool
 */
public record Report(
        Instant from, Instant to, Figures total, Map<Priority, Figures> byLevel, Map<String, Figures> byPool) {}
