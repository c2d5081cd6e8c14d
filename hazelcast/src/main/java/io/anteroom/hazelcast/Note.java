// SPDX-License-Identifier: Apache-2.0
package io.anteroom.hazelcast;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/** A word from one node to others. It may get lost: whatever depends on it is found out at the next tick as well. */
sealed interface Note {
    /**
     * There is mail in a pool for the node that reads this, which is to fetch it. It comes along in full for nodes of
     * the first release, which act on it as it is.
     */
    record Post(String pool, Mail mail) implements Note {}

    /** A pool's state has been made anew: everybody is to tell what it holds. */
    record Anew(String pool) implements Note {}

    /** Something that other parts share has changed, as the settings. */
    record Changed(String what) implements Note {}

    /** How it is sent: one type for all. */
    record Letter(Note note) {}

    default void save(DataOutput out, int version) throws IOException {
        out.writeByte(version);
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
        }
    }

    static Note load(DataInput in) throws IOException {
        Codec.readVersion(in);
        int kind = in.readByte();
        return switch (kind) {
            case 0 -> new Post(in.readUTF(), ResultCodec.readMail(in));
            case 1 -> new Anew(in.readUTF());
            case 2 -> new Changed(in.readUTF());
            default -> throw new IOException("no note has the number " + kind);
        };
    }
}
