// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.DataSerializableFactory;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import com.hazelcast.nio.serialization.StreamSerializer;
import java.io.IOException;

/** Makes what came over the wire. */
final class WireFactory implements DataSerializableFactory {
    static final int ID = 24_942;
    static final int STEP = 1;
    static final int REPLAY = 2;
    static final int PEER_CALL = 3;

    /** The first of our types that Hazelcast knows by a serializer. */
    static final int FIRST_TYPE = 24_900;

    @Override
    public IdentifiedDataSerializable create(int typeId) {
        return switch (typeId) {
            case STEP -> new PoolStep();
            case REPLAY -> new PoolReplay();
            case PEER_CALL -> new PeerCall();
            default -> throw new IllegalArgumentException("no message has the number " + typeId);
        };
    }

    /** The state, which goes to a new backup or owner as a whole. */
    static final class OfState implements StreamSerializer<SharedPool> {
        private final Wire wire;

        OfState(Wire wire) {
            this.wire = wire;
        }

        @Override
        public int getTypeId() {
            return FIRST_TYPE;
        }

        @Override
        public void write(ObjectDataOutput out, SharedPool pool) throws IOException {
            pool.save(out, wire.version());
        }

        @Override
        public SharedPool read(ObjectDataInput in) throws IOException {
            return SharedPool.load(in);
        }
    }

    /** An answer. */
    static final class OfReply implements StreamSerializer<Reply> {
        private final Wire wire;

        OfReply(Wire wire) {
            this.wire = wire;
        }

        @Override
        public int getTypeId() {
            return FIRST_TYPE + 1;
        }

        @Override
        public void write(ObjectDataOutput out, Reply reply) throws IOException {
            ResultCodec.write(reply, wire.version(), out);
        }

        @Override
        public Reply read(ObjectDataInput in) throws IOException {
            return ResultCodec.readReply(in);
        }
    }

    /** A word from one node to others. */
    static final class OfLetter implements StreamSerializer<Note.Letter> {
        private final Wire wire;

        OfLetter(Wire wire) {
            this.wire = wire;
        }

        @Override
        public int getTypeId() {
            return FIRST_TYPE + 2;
        }

        @Override
        public void write(ObjectDataOutput out, Note.Letter letter) throws IOException {
            letter.note().save(out, wire.version());
        }

        @Override
        public Note.Letter read(ObjectDataInput in) throws IOException {
            return new Note.Letter(Note.load(in));
        }
    }
}
