// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admission;

/** The answer to an {@link Arrival}: a {@link Lease} to run, a {@link Ticket} to wait with, or a {@link Refusal}. */
public sealed interface Admission permits Lease, Ticket, Refusal {}
