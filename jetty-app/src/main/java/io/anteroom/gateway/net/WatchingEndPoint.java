// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.net;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.util.BufferUtil;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A server-side connection that can be watched while its request runs. Jetty does not read from an HTTP/1.1 connection
 * whose request is being answered, so it does not see the client go. This one keeps the selector interested and reads a
 * single byte when there is something: an end or a reset means that the client has left; a byte is the next request,
 * kept for the reader that will ask for it. Nothing polls. A client that shuts down only its sending side counts as
 * gone, as it does for HAProxy and nginx.
 *
 * <p>Also remembers since when a request head has been incomplete, and grants what is written another time than what is
 * read.
 */
final class WatchingEndPoint extends SocketChannelEndPoint {
    private final SelectionKey key;
    private final long writeIdleMillis;
    private final ReentrantLock lock = new ReentrantLock();
    private final AtomicReference<@Nullable Runnable> watcher = new AtomicReference<>();
    /** Whether the selector looks for what can be read, or has been told to and not found anything since. */
    private final AtomicBoolean isLookedAt = new AtomicBoolean();

    private @Nullable ByteBuffer early;
    private boolean filling;
    private boolean handling;
    private long headSince;

    WatchingEndPoint(
            SocketChannel channel,
            ManagedSelector selector,
            SelectionKey key,
            Scheduler scheduler,
            long writeIdleMillis) {
        super(channel, selector, key, scheduler);
        this.key = key;
        this.writeIdleMillis = writeIdleMillis;
    }

    /** In milliseconds; while something waits to be read by the client it is the limit of that. */
    @Override
    public long getIdleTimeout() {
        return isWriting() ? writeIdleMillis : super.getIdleTimeout();
    }

    /**
     * Looks again after the time of idle connections at the latest: the timer that is set while something is being
     * written must not be the one of a connection that has become idle since.
     */
    @Override
    protected long checkIdleTimeout() {
        long left = super.checkIdleTimeout();
        long idle = super.getIdleTimeout();
        return left < 0 || idle <= 0 ? left : Math.min(left == 0 ? idle : left, idle);
    }

    /** Whether the client has left what was written unread for too long. */
    boolean isUnread() {
        return isWriting() && getIdleFor() >= writeIdleMillis;
    }

    private boolean isWriting() {
        return writeIdleMillis > 0 && getWriteFlusher().isPending();
    }

    /** Runs {@code gone} once, on the selector's thread, if the client leaves before {@link #unwatch()}. */
    void watch(Runnable gone) {
        watcher.set(gone);
        if (!isFillInterested()) {
            needsFillInterest();
        }
    }

    /**
     * Has the selector look for what can be read, unless it does already, as it does for a request whose client has
     * been watched: to tell it again would wake it once more for each request.
     */
    @Override
    protected void needsFillInterest() {
        if (isLookedAt.compareAndSet(false, true)) {
            super.needsFillInterest();
        }
    }

    void unwatch() {
        watcher.set(null);
    }

    /** A request head is complete. */
    void headComplete() {
        lock.lock();
        try {
            handling = true;
            headSince = 0;
        } finally {
            lock.unlock();
        }
    }

    /** The answer to a request is complete. */
    void answered() {
        lock.lock();
        try {
            handling = false;
        } finally {
            lock.unlock();
        }
    }

    /** Since when a head has been incomplete, or 0. */
    long headSinceNanos() {
        lock.lock();
        try {
            return headSince;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public Runnable onSelected() {
        boolean readable = key.isValid() && (key.readyOps() & SelectionKey.OP_READ) != 0;
        if (readable) {
            // Before anybody is looked for who wants to read: one who comes later has the selector look again.
            isLookedAt.set(false);
        }
        Runnable task = super.onSelected();
        if (readable && isLookedAt.get()) {
            // Somebody came between the two, and has been forgotten by the second.
            super.needsFillInterest();
        }
        if (readable && watcher.get() != null && !isFillInterested() && isGone()) {
            Runnable gone = watcher.getAndSet(null);
            if (gone != null) {
                gone.run();
            }
        }
        return task;
    }

    private boolean isGone() {
        lock.lock();
        try {
            if (early != null || filling) {
                return false;
            }
            ByteBuffer one = ByteBuffer.allocate(1);
            int read = getChannel().read(one);
            if (read > 0) {
                early = one.flip();
            }
            return read < 0;
        } catch (IOException e) {
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int fill(ByteBuffer buffer) throws IOException {
        int before = beginFill(buffer);
        int filled = 0;
        try {
            filled = super.fill(buffer);
            return before > 0 ? before + Math.max(0, filled) : filled;
        } finally {
            endFill(before + filled > 0);
        }
    }

    private int beginFill(ByteBuffer buffer) {
        lock.lock();
        try {
            filling = true;
            return takeEarly(buffer);
        } finally {
            lock.unlock();
        }
    }

    private void endFill(boolean some) {
        lock.lock();
        try {
            filling = false;
            if (some && !handling && headSince == 0) {
                headSince = System.nanoTime() | 1;
            }
        } finally {
            lock.unlock();
        }
    }

    private int takeEarly(ByteBuffer buffer) {
        if (early == null) {
            return 0;
        }
        int position = BufferUtil.flipToFill(buffer);
        buffer.put(early);
        BufferUtil.flipToFlush(buffer, position);
        early = null;
        return 1;
    }

    @Override
    public void fillInterested(Callback callback) {
        super.fillInterested(callback);
        fillEarly();
    }

    @Override
    public boolean tryFillInterested(Callback callback) {
        boolean registered = super.tryFillInterested(callback);
        if (registered) {
            fillEarly();
        }
        return registered;
    }

    /** What was read too early makes no selector fire any more. */
    private void fillEarly() {
        if (isEarly()) {
            getFillInterest().fillable();
        }
    }

    private boolean isEarly() {
        lock.lock();
        try {
            return early != null;
        } finally {
            lock.unlock();
        }
    }
}
