// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.core.HazelcastInstanceAware;
import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Carries a batch out where the state is: on the owner, on its partition thread. What the owner saw goes with it to the
 * backup. It never throws, because a state that was changed by half would stay so on the owner alone.
 */
final class PoolStep
        implements EntryProcessor<String, SharedPool, Reply>, IdentifiedDataSerializable, HazelcastInstanceAware {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = System.getLogger(PoolStep.class.getName());

    private transient @Nullable Batch batch;
    private transient @Nullable Owner owner;
    private transient @Nullable Facts facts;
    private transient @Nullable Wire wire;

    PoolStep() {}

    PoolStep(Batch batch, Wire wire) {
        this.batch = batch;
        this.wire = wire;
    }

    @Override
    public void setHazelcastInstance(HazelcastInstance instance) {
        owner = Owner.of(instance);
    }

    @Override
    public Reply process(Map.Entry<String, SharedPool> entry) {
        Batch asked = batch;
        Owner here = owner;
        SharedPool pool = entry.getValue();
        if (asked == null || here == null || here.isFenced()) {
            return Reply.of(Reply.Outcome.FENCED);
        }
        if (pool == null) {
            return Reply.of(Reply.Outcome.NO_STATE);
        }
        Facts seen = here.facts(pool);
        try {
            Reply reply = pool.apply(asked, seen);
            if (reply.outcome() == Reply.Outcome.DONE && !asked.isQuestion()) {
                facts = seen;
                entry.setValue(pool);
                String name = entry.getKey();
                pool.announce((node, bell) -> here.announce(name, node, bell));
            }
            return reply;
        } catch (RuntimeException e) {
            // A bug. The nodes know all that they hold, so that the state can be made anew of that.
            LOG.log(Level.ERROR, "pool '" + entry.getKey() + "': its state is given up and made anew", e);
            facts = seen;
            entry.setValue(null);
            return Reply.of(Reply.Outcome.NO_STATE);
        }
    }

    @Override
    public @Nullable EntryProcessor<String, SharedPool, Reply> getBackupProcessor() {
        Batch done = batch;
        Facts seen = facts;
        return done == null || seen == null ? null : new PoolReplay(done, seen);
    }

    @Override
    public int getFactoryId() {
        return WireFactory.ID;
    }

    @Override
    public int getClassId() {
        return WireFactory.STEP;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        Batch asked = batch;
        if (asked == null) {
            throw new IOException("no batch");
        }
        Wire known = wire;
        CommandCodec.write(asked, known == null ? Codec.FIRST_VERSION : known.version(), out);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        batch = CommandCodec.readBatch(in);
    }
}
