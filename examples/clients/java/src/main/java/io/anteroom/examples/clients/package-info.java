// SPDX-License-Identifier: Apache-2.0
/** Clients of model APIs for the JVM, for {@code bench/clients}. */
@NullMarked
package io.anteroom.examples.clients;

import org.jspecify.annotations.NullMarked;
