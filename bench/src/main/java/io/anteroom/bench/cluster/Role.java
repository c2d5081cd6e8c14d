// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import com.hazelcast.cluster.Address;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.instance.impl.HazelcastInstanceProxy;
import com.hazelcast.instance.impl.Node;
import com.hazelcast.internal.partition.IPartition;

/** What a node is to the state of the pool. */
enum Role {
    /** It has the state. */
    OWNER("the owner"),
    /** It has the copy. */
    BACKUP("the backup"),
    /** It has neither. */
    NEITHER("neither of them");

    private static final String POOL = "llm";

    final String words;

    Role(String words) {
        this.words = words;
    }

    /** That of the node in this JVM, which is asked what only Hazelcast's own classes tell. */
    static Role here() {
        HazelcastInstance instance =
                Hazelcast.getAllHazelcastInstances().iterator().next();
        Node node = ((HazelcastInstanceProxy) instance).getOriginal().node;
        int id = instance.getPartitionService().getPartition(POOL).getPartitionId();
        IPartition partition = node.getPartitionService().getPartition(id);
        Address own = node.getThisAddress();
        if (own.equals(partition.getReplicaAddress(0))) {
            return OWNER;
        }
        return own.equals(partition.getReplicaAddress(1)) ? BACKUP : NEITHER;
    }
}
