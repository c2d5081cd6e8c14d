// SPDX-License-Identifier: Apache-2.0
/**
 * Meters for Micrometer, which is optional: nothing else here refers to it or to this package, so that a host without
 * it never loads them.
 */
@NullMarked
package io.anteroom.metrics;

import org.jspecify.annotations.NullMarked;
