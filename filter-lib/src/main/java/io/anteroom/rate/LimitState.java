// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.time.Duration;

/**
 * How a limit stands for one caller, as it is told in header fields.
 *
 * @param limit the limit
 * @param remaining how much is left, at least 0
 * @param reset when it will be full
 */
public record LimitState(Limit limit, long remaining, Duration reset) {}
