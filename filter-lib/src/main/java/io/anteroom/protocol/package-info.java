// SPDX-License-Identifier: Apache-2.0
/**
 * What a client is told and what it may ask for, without servlet types: dialects, refusals, status frames, options. The
 * public contract is written down in {@code docs/protocol.md}.
 */
@NullMarked
package io.anteroom.protocol;

import org.jspecify.annotations.NullMarked;
