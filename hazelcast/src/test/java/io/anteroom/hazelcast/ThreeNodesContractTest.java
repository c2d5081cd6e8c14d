// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import io.anteroom.admission.PoolsContract;
import io.anteroom.admission.PoolsUnderTest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The contract of all shells, on a cluster of three nodes, asked on one of them. */
final class ThreeNodesContractTest extends PoolsContract {
    private static final VirtualCluster.Clock CLOCK = new VirtualCluster.Clock();
    private static Members members;

    @BeforeAll
    static void join() {
        members = new Members(3, () -> CLOCK.nanos, how -> how.ackWithin(java.time.Duration.ofSeconds(20)));
    }

    @AfterAll
    static void leave() {
        members.close();
    }

    @Override
    protected PoolsUnderTest create() {
        return new VirtualCluster(members, CLOCK);
    }
}
