// SPDX-License-Identifier: Apache-2.0
/**
 * How the queues fared: counts and times of each minute, kept in a database and merged for any period, and who used
 * them most. Listens to what happens; nothing here is on the way of a request but a few additions under a short lock.
 */
@NullMarked
package io.anteroom.admin.analytics;

import org.jspecify.annotations.NullMarked;
