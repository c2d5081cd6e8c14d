// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.List;

/** A word from one node to others. It may get lost: whatever depends on it is found out at the next tick as well. */
sealed interface Note {
    /** There is mail in a pool for the node that reads this, which is to fetch it. */
    record Mailed(String pool, long registration, long last) implements Note {}

    /** The same with the mail in full, while there are nodes of the first release, which act on it as it is. */
    record Post(String pool, Mail mail) implements Note {}

    /** A pool's state has been made anew: everybody is to tell what it holds. */
    record Anew(String pool) implements Note {}

    /** Something that other parts share has changed, as the settings. */
    record Changed(String what) implements Note {}

    /**
     * A run of a node leaves in good order, and is not to be expected back. Nodes of the first release cannot read it.
     */
    record Leaves(long session) implements Note {}

    /** How it is sent: one type for all. */
    record Letter(Note note) {}

    default void save(DataOutput out, int version) throws IOException {
        out.writeByte(version);
        if (version < Codec.WITH_ANNOUNCING && this instanceof Mailed mailed) {
            // No mail, to whoever reads that form; its tick finds what there is.
            Note post = new Post(mailed.pool(), new Mail(mailed.registration(), mailed.last() + 1, List.of()));
            post.saveBody(out);
        } else {
            saveBody(out);
        }
    }

    private void saveBody(DataOutput out) throws IOException {
        if (this instanceof Post post) {
            out.writeByte(0);
            out.writeUTF(post.pool());
            ResultCodec.write(post.mail(), out);
        } else if (this instanceof Anew anew) {
            out.writeByte(1);
            out.writeUTF(anew.pool());
        } else if (this instanceof Changed changed) {
            out.writeByte(2);
            out.writeUTF(changed.what());
        } else if (this instanceof Mailed mailed) {
            out.writeByte(3);
            out.writeUTF(mailed.pool());
            out.writeLong(mailed.registration());
            out.writeLong(mailed.last());
        } else if (this instanceof Leaves leaves) {
            out.writeByte(4);
            out.writeLong(leaves.session());
        }
    }

    static Note load(DataInput in) throws IOException {
        Codec.readVersion(in);
        int kind = in.readByte();
        return switch (kind) {
            case 0 -> new Post(in.readUTF(), ResultCodec.readMail(in));
            case 1 -> new Anew(in.readUTF());
            case 2 -> new Changed(in.readUTF());
            case 3 -> new Mailed(in.readUTF(), in.readLong(), in.readLong());
            case 4 -> new Leaves(in.readLong());
            default -> throw new IOException("no note has the number " + kind);
        };
    }
}
