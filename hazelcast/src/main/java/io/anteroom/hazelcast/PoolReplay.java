// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import com.hazelcast.map.EntryProcessor;
import com.hazelcast.nio.ObjectDataInput;
import com.hazelcast.nio.ObjectDataOutput;
import com.hazelcast.nio.serialization.IdentifiedDataSerializable;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The same batch on the backup, with what the owner saw. A backup that has no state yet is sent all of it later. */
final class PoolReplay implements EntryProcessor<String, SharedPool, Reply>, IdentifiedDataSerializable {
    private static final long serialVersionUID = 1L;
    private static final Logger LOG = System.getLogger(PoolReplay.class.getName());

    private transient @Nullable Batch batch;
    private transient @Nullable Facts facts;

    PoolReplay() {}

    PoolReplay(Batch batch, Facts facts) {
        this.batch = batch;
        this.facts = facts;
    }

    @Override
    public @Nullable Reply process(Map.Entry<String, SharedPool> entry) {
        Batch asked = batch;
        Facts seen = facts;
        SharedPool pool = entry.getValue();
        if (pool == null || asked == null || seen == null) {
            return null;
        }
        try {
            pool.replay(asked, seen);
            entry.setValue(pool);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "pool '" + entry.getKey() + "': its backup is given up", e);
            entry.setValue(null);
        }
        return null;
    }

    @Override
    public @Nullable EntryProcessor<String, SharedPool, Reply> getBackupProcessor() {
        return null;
    }

    @Override
    public int getFactoryId() {
        return WireFactory.ID;
    }

    @Override
    public int getClassId() {
        return WireFactory.REPLAY;
    }

    @Override
    public void writeData(ObjectDataOutput out) throws IOException {
        Batch asked = batch;
        Facts seen = facts;
        if (asked == null || seen == null) {
            throw new IOException("no batch");
        }
        CommandCodec.write(asked, seen, out);
    }

    @Override
    public void readData(ObjectDataInput in) throws IOException {
        CommandCodec.readReplay(in, (asked, seen) -> {
            batch = asked;
            facts = seen;
        });
    }
}
