// SPDX-License-Identifier: Apache-2.0
/** Examples; each class can be read on its own. */
@NullMarked
package io.anteroom.examples;

import org.jspecify.annotations.NullMarked;
