// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.net;

import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.jetty.http.HttpVersion;
import org.eclipse.jetty.io.EndPoint;
import org.eclipse.jetty.server.ConnectionMetaData;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Tells that the client of a request has left, over HTTP/1.1 and HTTP/2, also while nothing is read or written. */
public final class ClientWatch {
    private static final String ATTRIBUTE = ClientWatch.class.getName();
    private static final Runnable NOBODY = () -> {};

    private final @Nullable WatchingEndPoint endPoint;
    private final AtomicReference<Runnable> listener = new AtomicReference<>(NOBODY);
    private final AtomicReference<Runnable> whenOver = new AtomicReference<>(NOBODY);
    private volatile boolean gone;
    private volatile boolean isOver;

    private ClientWatch(@Nullable WatchingEndPoint endPoint) {
        this.endPoint = endPoint;
    }

    /**
     * A handler that puts a watch on every request, for {@link #of}.
     *
     * @param next what handles the request
     */
    public static Handler.Wrapper before(@Nullable Handler next) {
        return new Handler.Wrapper(next) {
            @Override
            public boolean handle(Request request, Response response, Callback callback) throws Exception {
                ClientWatch.start(request);
                return super.handle(request, response, callback);
            }
        };
    }

    /** Begins to watch. Must be called at most once for a request. */
    public static ClientWatch start(Request request) {
        ConnectionMetaData connection = request.getConnectionMetaData();
        EndPoint endPoint = connection.getConnection().getEndPoint();
        WatchingEndPoint watching = endPoint instanceof WatchingEndPoint found ? found : null;
        if (watching != null) {
            watching.headComplete();
        }
        boolean shared = connection.getHttpVersion().getVersion() >= HttpVersion.HTTP_2.getVersion();
        ClientWatch watch = new ClientWatch(shared ? null : watching);
        request.setAttribute(ATTRIBUTE, watch);
        request.addFailureListener(failure -> watch.left());
        Request.addCompletionListener(request, failure -> watch.end());
        return watch;
    }

    /** The watch among the attributes of a request, or null. */
    public static @Nullable ClientWatch of(@Nullable Object attribute) {
        return attribute instanceof ClientWatch watch ? watch : null;
    }

    /** The attribute under which a watch is found. */
    public static String attribute() {
        return ATTRIBUTE;
    }

    /**
     * Runs {@code action} once if the client leaves before the answer is complete, at once if it has left already. It
     * runs on a selector's thread and must be short. The request's body must have been read.
     */
    public void onGone(Runnable action) {
        listener.set(action);
        if (gone) {
            left();
        } else if (endPoint != null) {
            endPoint.watch(this::left);
        }
    }

    /** Runs {@code action} once when the container has ended the request in whatever way, at once if it has already. */
    public void onOver(Runnable action) {
        whenOver.set(action);
        if (isOver) {
            over();
        }
    }

    private void over() {
        whenOver.getAndSet(NOBODY).run();
    }

    private void left() {
        gone = true;
        listener.getAndSet(NOBODY).run();
    }

    private void end() {
        listener.set(NOBODY);
        if (endPoint != null) {
            endPoint.unwatch();
            endPoint.answered();
        }
        isOver = true;
        over();
    }
}
