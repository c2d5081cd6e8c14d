// SPDX-License-Identifier: Apache-2.0
/** The command line. */
@NullMarked
package io.anteroom.gateway.cli;

import org.jspecify.annotations.NullMarked;
