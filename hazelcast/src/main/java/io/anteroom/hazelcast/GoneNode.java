// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.time.Duration;

/**
 * A node that was in the cluster and is not.
 *
 * @param node the run of it that went
 * @param ago how long ago it was last there
 * @param isDead whether its process is known to have ended; if not, it may be out of reach and run
 */
public record GoneNode(NodeView node, Duration ago, boolean isDead) {}
