// SPDX-License-Identifier: Apache-2.0
/** Pools shared by the nodes of a Hazelcast cluster. */
@NullMarked
package io.anteroom.hazelcast;

import org.jspecify.annotations.NullMarked;
