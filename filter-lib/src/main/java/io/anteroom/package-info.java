// SPDX-License-Identifier: Apache-2.0
/** Front door: the filter, and what one JVM runs. */
@NullMarked
package io.anteroom;

import org.jspecify.annotations.NullMarked;
