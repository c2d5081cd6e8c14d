// SPDX-License-Identifier: Apache-2.0
/** Nodes of a cluster in JVMs of their own, under load, killed, frozen and cut off, and counted at the backend. */
@NullMarked
package io.anteroom.bench.cluster;

import org.jspecify.annotations.NullMarked;
