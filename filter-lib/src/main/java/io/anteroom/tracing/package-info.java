// SPDX-License-Identifier: Apache-2.0
/**
 * Spans for OpenTelemetry, which is optional: nothing else here refers to it or to this package, so that a host without
 * it never loads them.
 */
@NullMarked
package io.anteroom.tracing;

import org.jspecify.annotations.NullMarked;
