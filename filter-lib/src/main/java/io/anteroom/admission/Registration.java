// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

import java.time.Duration;

/**
 * What a node says of one request whose connection it holds: the truth about it after the shared state was lost.
 *
 * @param ticket its number
 * @param arrival what it asked for
 * @param waited how long it has waited, or had when it was admitted
 * @param isRunning whether it was admitted
 * @param ran how long it has run, zero if it waits
 */
public record Registration(long ticket, Arrival arrival, Duration waited, boolean isRunning, Duration ran) {}
