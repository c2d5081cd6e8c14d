// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench.cluster;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;

/**
 * What runs, as the backend sees it: one connection for each client of each node, which says when a request begins and
 * ends. A connection that breaks ends its request, as that of a killed process does.
 */
final class CountingBackend implements Closeable {
    static final int BEGIN = 'B';
    static final int END = 'E';

    private final ServerSocket server = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    private final int slots;
    private int running;
    private int most;
    private long tooMany;
    private long begun;
    private long lastBegin = System.nanoTime();
    private long longestGap;

    CountingBackend(int slots) throws IOException {
        this.slots = slots;
        daemon(this::accept);
    }

    int port() {
        return server.getLocalPort();
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
                    begin();
                } else if (what == END) {
                    isRunning = false;
                    end();
                } else {
                    return;
                }
                client.getOutputStream().write(what);
            }
        } catch (IOException e) {
            // The node is gone.
        } finally {
            if (isRunning) {
                end();
            }
        }
    }

    private synchronized void begin() {
        running++;
        begun++;
        most = Math.max(most, running);
        if (running > slots) {
            tooMany++;
        }
        long now = System.nanoTime();
        longestGap = Math.max(longestGap, now - lastBegin);
        lastBegin = now;
    }

    private synchronized void end() {
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

    /** Begins to measure how long nothing begins. */
    synchronized void watch() {
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
