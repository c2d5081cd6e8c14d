// SPDX-License-Identifier: Apache-2.0
/** JMH benchmarks of the admission path and of its neighbours. */
@NullMarked
package io.anteroom.bench;

import org.jspecify.annotations.NullMarked;
