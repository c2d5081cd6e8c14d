// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.idempotency;

import java.util.ArrayList;
import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.jspecify.annotations.Nullable;

/**
 * An answer while it is being given, and afterwards: as much of it as may be kept. Whoever follows it is told of every
 * piece. Safe from any thread; those who follow are told outside of its lock.
 */
final class Recording {
    private final int most;
    private final List<byte[]> pieces = new ArrayList<>();
    private final List<Runnable> followers = new ArrayList<>();
    private int status;
    private HttpFields headers = HttpFields.EMPTY;
    private int bytes;
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

    Recording(int most) {
        this.most = most;
    }

    void begin(int answered, HttpFields fields) {
        synchronized (this) {
            if (stage != Stage.NOTHING) {
                return;
            }
            stage = Stage.BEGUN;
            status = answered;
            headers = fields;
        }
        tell();
    }

    void add(byte[] piece) {
        synchronized (this) {
            if (stage != Stage.BEGUN) {
                return;
            }
            bytes += piece.length;
            if (bytes > most) {
                stage = Stage.BROKEN;
                pieces.clear();
            } else {
                pieces.add(piece);
            }
        }
        tell();
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

    /** How much memory it takes. */
    synchronized int bytes() {
        return Math.min(bytes, most);
    }

    synchronized void follow(Runnable follower) {
        followers.add(follower);
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
