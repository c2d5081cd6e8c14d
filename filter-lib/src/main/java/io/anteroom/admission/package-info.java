// SPDX-License-Identifier: Apache-2.0
/** The decisions: who may run, who waits, in what order and for how long. */
@NullMarked
package io.anteroom.admission;

import org.jspecify.annotations.NullMarked;
