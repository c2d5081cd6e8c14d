// SPDX-License-Identifier: Apache-2.0
/** A simulated model server with the OpenAI API. */
@NullMarked
package io.anteroom.gateway.sim;

import org.jspecify.annotations.NullMarked;
