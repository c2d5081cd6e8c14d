// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.locks.LockSupport;

/** Asks for {@code /health} a hundred times a second over one connection and notes how long each answer takes. */
final class Pinger implements Runnable {
    private static final long PAUSE_NANOS = 10_000_000;
    private static final byte[] REQUEST =
            "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final int port;
    private final Sample sample = new Sample();
    private Sample phase = new Sample();
    private boolean isCounting = true;
    private boolean isOver;
    private int failed;

    Pinger(int port) {
        this.port = port;
    }

    @Override
    public void run() {
        byte[] answer = new byte[4096];
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setTcpNoDelay(true);
            while (!isOver()) {
                boolean counted = isCounting();
                long sent = System.nanoTime();
                socket.getOutputStream().write(REQUEST);
                int length = socket.getInputStream().read(answer);
                note(counted, System.nanoTime() - sent, length, answer);
                LockSupport.parkNanos(PAUSE_NANOS);
            }
        } catch (IOException e) {
            fail();
        }
    }

    /** Whether the pings that begin from now on count. */
    synchronized void counting(boolean counting) {
        isCounting = counting;
    }

    /** The answers since this was last asked. */
    synchronized Sample takePhase() {
        Sample taken = phase;
        phase = new Sample();
        return taken;
    }

    synchronized void end() {
        isOver = true;
    }

    synchronized Sample sample() {
        return sample;
    }

    synchronized int failed() {
        return failed;
    }

    private synchronized boolean isCounting() {
        return isCounting;
    }

    private synchronized boolean isOver() {
        return isOver;
    }

    private synchronized void fail() {
        failed++;
    }

    /** Also a ping that began before the pause of counting began is left out: it may have met the collection. */
    private synchronized void note(boolean counted, long nanos, int length, byte[] answer) {
        if (length < 0 || !new String(answer, 0, length, StandardCharsets.US_ASCII).startsWith("HTTP/1.1 200")) {
            failed++;
        } else if (counted && isCounting) {
            sample.add(nanos);
            phase.add(nanos);
        }
    }
}
