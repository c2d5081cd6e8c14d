// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** A question to another node, which is answered there. It never throws, as no exception could come back. */
final class PeerCall implements Callable<byte[]>, IdentifiedDataSerializable, HazelcastInstanceAware {
    private static final byte[] NOTHING = {};

    private long number;
    private byte[] question = NOTHING;
    private @Nullable ClusterPeers peers;

    PeerCall() {}

    PeerCall(long number, byte[] question) {
        this.number = number;
        this.question = question;
    }

    @Override
    public void setHazelcastInstance(HazelcastInstance instance) {
        peers = (ClusterPeers) instance.getUserContext().get(ClusterPeers.CONTEXT);
    }

    @Override
    public byte[] call() {
        ClusterPeers here = peers;
        return here == null ? NOTHING : here.answer(number, question);
    }

    @Override
    public int getFactoryId() {
        return WireFactory.ID;
    }

    @Override
    public int getClassId() {
        return WireFactory.PEER_CALL;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        out.writeByte(Codec.WITH_PEERS);
        out.writeLong(number);
        out.writeByteArray(question);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        Codec.readVersion(in);
        number = in.readLong();
        byte[] read = in.readByteArray();
        question = read == null ? NOTHING : read;
    }
}
