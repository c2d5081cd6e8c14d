// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What runs, as the backend sees it: one connection for each client of each node, which says when a request begins and
 * ends. A connection that breaks ends its request, as that of a killed process does.
 */
final class CountingBackend implements Closeable {
    static final int BEGIN = 'B';
    static final int END = 'E';

    private final ServerSocket server;
    private final int slots;
    private final Map<InetAddress, Integer> runningFrom = new HashMap<>();
    private @Nullable InetAddress apart;
    private int mostApart;
    private int mostOfOthers;
    private int running;
    private int most;
    private int mostOfLate;
    private long tooMany;
    private long begun;
    private long lastBegin = System.nanoTime();
    private long longestGap;

    CountingBackend(int slots) throws IOException {
        this(slots, InetAddress.getLoopbackAddress());
    }

    CountingBackend(int slots, InetAddress at) throws IOException {
        this.slots = slots;
        this.server = new ServerSocket(0, 200, at);
        daemon(this::accept);
    }

    /** Where it is reached. */
    String address() {
        return server.getInetAddress().getHostAddress() + ":" + server.getLocalPort();
    }

    private static void daemon(Runnable task) {
        Thread thread = new Thread(task, "backend");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket client = server.accept();
                daemon(() -> serve(client));
            } catch (IOException e) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        boolean isRunning = false;
        try (client) {
            client.setTcpNoDelay(true);
            while (true) {
                int what = client.getInputStream().read();
                if (what == BEGIN) {
                    isRunning = true;
                    begin(client.getInetAddress());
                } else if (what == END) {
                    isRunning = false;
                    end(client.getInetAddress());
                } else {
                    return;
                }
                client.getOutputStream().write(what);
            }
        } catch (IOException e) {
            // The node is gone.
        } finally {
            if (isRunning) {
                end(client.getInetAddress());
            }
        }
    }

    private synchronized void begin(InetAddress from) {
        runningFrom.merge(from, 1, Integer::sum);
        running++;
        int there = apart == null ? 0 : runningFrom.getOrDefault(apart, 0);
        mostApart = Math.max(mostApart, there);
        mostOfOthers = Math.max(mostOfOthers, running - there);
        mostOfLate = Math.max(mostOfLate, running);
        begun++;
        most = Math.max(most, running);
        if (running > slots) {
            tooMany++;
        }
        long now = System.nanoTime();
        longestGap = Math.max(longestGap, now - lastBegin);
        lastBegin = now;
    }

    private synchronized void end(InetAddress from) {
        runningFrom.merge(from, -1, Integer::sum);
        running--;
    }

    synchronized int running() {
        return running;
    }

    /** The most that ever ran at once. */
    synchronized int most() {
        return most;
    }

    /** How many requests began while all slots were in use. */
    synchronized long tooMany() {
        return tooMany;
    }

    synchronized long begun() {
        return begun;
    }

    /** The most that ran at once since {@link #watch}. */
    synchronized int mostOfLate() {
        return mostOfLate;
    }

    /** The same of the requests that come from the address that is apart. */
    synchronized int mostApart() {
        return mostApart;
    }

    /** The same of all others. */
    synchronized int mostOfOthers() {
        return mostOfOthers;
    }

    /** The same, and what comes from one address and from others is counted apart. */
    synchronized void watch(InetAddress address) {
        apart = address;
        watch();
    }

    /** Begins to measure how long nothing begins, and how many run at once. */
    synchronized void watch() {
        mostOfLate = running;
        int there = apart == null ? 0 : runningFrom.getOrDefault(apart, 0);
        mostApart = there;
        mostOfOthers = running - there;
        longestGap = 0;
        lastBegin = System.nanoTime();
    }

    /** The longest time without a begin since then. */
    synchronized long longestGapNanos() {
        return Math.max(longestGap, System.nanoTime() - lastBegin);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
