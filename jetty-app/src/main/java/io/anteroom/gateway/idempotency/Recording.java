// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.idempotency;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * An answer while it is being given, and afterwards: as much of it as may be kept. Whoever follows it is told of every
 * piece. Safe from any thread; those who follow are told outside of its lock.
 */
final class Recording {
    /** What a piece, a header field and an answer take besides their bytes, about. */
    private static final int PIECE_BYTES = 32;

    private static final int FIELD_BYTES = 96;
    private static final int ANSWER_BYTES = 1024;

    /** Each of them is told of each piece, and pays for nothing. */
    static final int MOST_FOLLOWERS = 100;

    private final int most;
    private final Room room;
    private final List<byte[]> pieces = new ArrayList<>();
    private final Set<Runnable> followers = new LinkedHashSet<>();
    private int status;
    private HttpFields headers = HttpFields.EMPTY;
    private int bytes;
    private long taken;
    private Stage stage = Stage.NOTHING;

    /** How far it is. */
    enum Stage {
        /** Nothing has been answered. */
        NOTHING,
        /** The answer has begun. */
        BEGUN,
        /** It is complete. */
        WHOLE,
        /** It broke off, or became too long to be kept. */
        BROKEN
    }

    /**
     * The head of an answer, once it has begun.
     *
     * @param status its status
     * @param headers its header fields
     */
    record Head(int status, HttpFields headers) {}

    /** The memory that all answers under way share. */
    interface Room {
        /** Takes some of it, or gives it back if negative; false, and nothing is taken, if there is not as much. */
        boolean take(long bytes);
    }

    /**
     * An answer that has not begun.
     *
     * @param most how long it may be
     * @param room where it takes its memory from until it is over
     */
    Recording(int most, Room room) {
        this.most = most;
        this.room = room;
    }

    void begin(int answered, HttpFields fields) {
        synchronized (this) {
            if (stage != Stage.NOTHING) {
                return;
            }
            status = answered;
            headers = fields;
            stage = Stage.BEGUN;
            if (!takes(memoryOf(fields))) {
                drop();
            }
        }
        tell();
    }

    void add(byte[] piece) {
        synchronized (this) {
            if (stage != Stage.BEGUN) {
                return;
            }
            bytes += piece.length;
            if (bytes <= most && takes(piece.length + PIECE_BYTES)) {
                pieces.add(piece);
            } else {
                drop();
            }
        }
        tell();
    }

    private static long memoryOf(HttpFields fields) {
        long memory = ANSWER_BYTES;
        for (HttpField field : fields) {
            String value = field.getValue();
            memory += FIELD_BYTES + field.getName().length() + (value == null ? 0 : value.length());
        }
        return memory;
    }

    private boolean takes(long memory) {
        boolean isThere = room.take(memory);
        taken += isThere ? memory : 0;
        return isThere;
    }

    private void drop() {
        stage = Stage.BROKEN;
        pieces.clear();
        boolean unused = room.take(-taken);
        taken = 0;
    }

    /** It is over, and takes nothing any more of what answers under way share; answers how much memory it holds. */
    synchronized long leaveRoom() {
        long memory = taken;
        boolean unused = room.take(-taken);
        taken = 0;
        return memory;
    }

    /** It is over; false if it was before. */
    boolean end(boolean isWhole) {
        synchronized (this) {
            if (stage == Stage.WHOLE || stage == Stage.BROKEN) {
                return false;
            }
            stage = isWhole && stage == Stage.BEGUN ? Stage.WHOLE : Stage.BROKEN;
        }
        tell();
        return true;
    }

    synchronized Stage stage() {
        return stage;
    }

    synchronized @Nullable Head head() {
        return status == 0 ? null : new Head(status, headers);
    }

    /** A piece by its number, or null if there is none of that number yet. */
    synchronized byte @Nullable [] piece(int number) {
        return number < pieces.size() ? pieces.get(number) : null;
    }

    /** Has a follower be told from now on; false if there are as many as there may be. */
    synchronized boolean follow(Runnable follower) {
        return followers.size() < MOST_FOLLOWERS && followers.add(follower);
    }

    synchronized boolean isFollowed() {
        return !followers.isEmpty();
    }

    /** There is no more room for it: whoever still reads it is cut off, so that its memory is free. */
    void forget() {
        synchronized (this) {
            stage = Stage.BROKEN;
            pieces.clear();
        }
        tell();
    }

    synchronized void unfollow(Runnable follower) {
        followers.remove(follower);
    }

    private void tell() {
        List<Runnable> told;
        synchronized (this) {
            told = List.copyOf(followers);
        }
        told.forEach(Runnable::run);
    }
}
