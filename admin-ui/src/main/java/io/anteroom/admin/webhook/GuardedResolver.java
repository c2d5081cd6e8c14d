// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.webhook;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;

/**
 * Finds the addresses of a host at the moment of each connection, and lets through what the guard allows: what it has
 * checked is what is connected to, so that a name that changes its address in between gains nothing. A name server that
 * is slow holds one of a few threads, and nobody longer than the time limit.
 */
final class GuardedResolver implements SocketAddressResolver, AutoCloseable {
    private static final int THREADS = 4;
    private static final int WAITING = 64;

    private final SendGuard guard;
    private final Lookup lookup;
    private final Duration within;
    private final ThreadPoolExecutor threads;

    /** Asks for the addresses of a name, or reads an address. */
    interface Lookup {
        InetAddress[] of(String host) throws UnknownHostException;
    }

    /** A host that may not be sent to. */
    static final class Blocked extends IOException {
        private static final long serialVersionUID = 1L;

        Blocked(String refusal) {
            super(refusal);
        }
    }

    GuardedResolver(SendGuard guard, Lookup lookup, Duration within) {
        this.guard = guard;
        this.lookup = lookup;
        this.within = within;
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, 30, TimeUnit.SECONDS, new ArrayBlockingQueue<>(WAITING), task -> {
                    Thread thread = new Thread(task, "anteroom-webhook-names");
                    thread.setDaemon(true);
                    return thread;
                });
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void resolve(String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> promise) {
        CompletableFuture<List<InetSocketAddress>> found;
        try {
            found = CompletableFuture.supplyAsync(() -> checked(host, port), threads);
        } catch (RejectedExecutionException | OutOfMemoryError e) {
            // The latter where the system gives no more threads.
            promise.failed(new IOException("too many names are being looked up", e));
            return;
        }
        CompletableFuture<Void> unused = found.orTimeout(within.toMillis(), TimeUnit.MILLISECONDS)
                .handle((addresses, failure) -> {
                    if (failure == null) {
                        promise.succeeded(addresses);
                    } else {
                        promise.failed(plain(failure));
                    }
                    return null;
                });
    }

    private List<InetSocketAddress> checked(String host, int port) {
        try {
            InetAddress[] addresses = lookup.of(host);
            String refusal = guard.refusal(addresses);
            if (refusal != null) {
                throw new Blocked(refusal);
            }
            List<InetSocketAddress> sockets = new ArrayList<>();
            for (InetAddress address : addresses) {
                sockets.add(new InetSocketAddress(address, port));
            }
            return sockets;
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private Throwable plain(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof UnknownHostException) {
            return new IOException("the name of the host is not known", cause);
        }
        return cause instanceof TimeoutException
                ? new IOException("the name of the host was not found within " + within.toSeconds() + " s", cause)
                : cause;
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }
}
