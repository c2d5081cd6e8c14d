// SPDX-License-Identifier: Apache-2.0
/** What {@code bench/cluster-rate} measures inside of the cluster's own package. */
@NullMarked
package io.anteroom.hazelcast;

import org.jspecify.annotations.NullMarked;
