// SPDX-License-Identifier: Apache-2.0
/** The runnable gateway. */
@NullMarked
package io.anteroom.gateway;

import org.jspecify.annotations.NullMarked;
