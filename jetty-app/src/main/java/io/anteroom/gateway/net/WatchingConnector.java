// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.net;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A connector whose connections can be watched, and that closes those whose request head takes too long, or whose
 * client leaves its answer unread for too long.
 */
public final class WatchingConnector extends ServerConnector {
    private final Duration headWithin;
    private final @Nullable Duration writeIdle;
    private Scheduler.@Nullable Task sweep;

    /** A connector that grants each request head the given time, and an answer that is unread its idle timeout. */
    public WatchingConnector(Server server, Duration headWithin, ConnectionFactory... factories) {
        this(server, headWithin, null, factories);
    }

    /**
     * A connector with two limits.
     *
     * @param headWithin how long a request head may take
     * @param writeIdle how long a client may leave its answer unread, give or take a second, whatever the idle timeout
     *     is; null for as long as that
     */
    public WatchingConnector(
            Server server, Duration headWithin, @Nullable Duration writeIdle, ConnectionFactory... factories) {
        super(server, 1, 1, factories);
        this.headWithin = headWithin;
        this.writeIdle = writeIdle;
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        WatchingEndPoint endPoint = new WatchingEndPoint(
                channel, selector, key, getScheduler(), writeIdle == null ? getIdleTimeout() : writeIdle.toMillis());
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        sweepLater();
    }

    @Override
    protected void doStop() throws Exception {
        Scheduler.Task pending = sweep;
        if (pending != null) {
            pending.cancel();
        }
        super.doStop();
    }

    private void sweepLater() {
        long pause = Math.max(10, Math.min(1000, headWithin.toMillis() / 4));
        sweep = getScheduler().schedule(this::sweep, pause, TimeUnit.MILLISECONDS);
    }

    /** Jetty's idle timeout spares a client that sends its head byte by byte, and may be longer than that of writes. */
    private void sweep() {
        long oldest = System.nanoTime() - headWithin.toNanos();
        for (EndPoint endPoint : getConnectedEndPoints()) {
            if (endPoint instanceof WatchingEndPoint watched) {
                long since = watched.headSinceNanos();
                if ((since != 0 && since - oldest < 0) || watched.isUnread()) {
                    watched.close();
                }
            }
        }
        if (isRunning()) {
            sweepLater();
        }
    }
}
