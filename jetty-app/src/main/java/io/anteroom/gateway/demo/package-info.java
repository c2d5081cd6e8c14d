// SPDX-License-Identifier: Apache-2.0
/** The demonstration: mixed traffic and a live view. */
@NullMarked
package io.anteroom.gateway.demo;

import org.jspecify.annotations.NullMarked;
