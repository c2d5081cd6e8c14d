// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.util.List;

/**
 * What the owner of a pool's state saw when it carried a batch out. It goes to the backup with the batch, which sees
 * the same by it whatever its own clock and view say.
 *
 * @param nowNanos the pool's time
 * @param wallMillis the time of day, by which a new owner continues
 * @param owner which run of which node the owner is
 * @param offsetNanos what the owner adds to its own clock to get the pool's time
 * @param members the names of the nodes in the owner's view, sorted
 * @param policy what a part of the cluster may do
 * @param forgetAfterNanos after which nodes that do not come back are not expected any more, or 0 for never
 * @param version the form of the messages that all nodes read: what came with a later one is not done
 */
record Facts(
        long nowNanos,
        long wallMillis,
        long owner,
        long offsetNanos,
        List<String> members,
        OnPartition policy,
        long forgetAfterNanos,
        int version) {}
