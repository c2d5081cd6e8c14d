// SPDX-License-Identifier: Apache-2.0
/** Who is there and what they may do: log-in, sessions, tokens, the set-up of the first user. For pages and the API. */
@NullMarked
package io.anteroom.admin.access;

import org.jspecify.annotations.NullMarked;
