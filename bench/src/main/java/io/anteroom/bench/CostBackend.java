// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A backend that costs next to nothing: it streams events, one for {@code /first}, megabytes for {@code /long/N}, and N
 * of them at a pace of R a second for {@code /paced/N/R}.
 */
final class CostBackend {
    private static final int PIECE = 8 * 1024;
    private static final byte[] HEAD =
            ascii("HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n");
    private static final byte[] END = ascii("0\r\n\r\n");
    private static final String EVENT = "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"word\"}}]}\n\n";

    private CostBackend() {}

    /** Prints its port and serves until it is ended. */
    public static void main(String[] args) throws IOException {
        try (ServerSocket server = new ServerSocket(0, 1000, InetAddress.getLoopbackAddress())) {
            System.out.println(server.getLocalPort());
            while (true) {
                Socket socket = server.accept();
                new Thread(() -> serve(socket), "connection").start();
            }
        }
    }

    private static void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            InputStream in = new BufferedInputStream(socket.getInputStream());
            OutputStream out = socket.getOutputStream();
            while (true) {
                String path = path(in);
                if (path == null) {
                    return;
                }
                answer(path, out);
            }
        } catch (IOException e) {
            // The other side has gone.
        }
    }

    /** Reads the head of a GET; null at the end of the connection. */
    private static @Nullable String path(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        while (head.indexOf("\r\n\r\n") < 0) {
            int next = in.read();
            if (next < 0) {
                return null;
            }
            head.append((char) next);
        }
        return head.substring(head.indexOf(" ") + 1, head.indexOf(" HTTP/"));
    }

    private static void answer(String path, OutputStream out) throws IOException {
        if (path.startsWith("/paced/")) {
            String[] parts = path.split("/");
            paced(Integer.parseInt(parts[2]), Integer.parseInt(parts[3]), out);
            return;
        }
        int megabytes = path.startsWith("/long/") ? Integer.parseInt(path.substring(6)) : 0;
        byte[] piece = chunk(EVENT.repeat(megabytes == 0 ? 1 : PIECE / EVENT.length()));
        long pieces = megabytes == 0 ? 1 : ((long) megabytes << 20) / piece.length;
        out.write(HEAD);
        for (long i = 0; i < pieces; i++) {
            out.write(piece);
        }
        out.write(END);
        out.flush();
    }

    /** Each event has its moment, so that one that is late does not make the next ones late as well. */
    private static void paced(int events, int perSecond, OutputStream out) throws IOException {
        byte[] piece = chunk(EVENT);
        long pause = 1_000_000_000L / perSecond;
        long due = System.nanoTime() + ThreadLocalRandom.current().nextLong(pause);
        out.write(HEAD);
        for (int i = 0; i < events; i++) {
            for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
                LockSupport.parkNanos(left);
            }
            out.write(piece);
            due += pause;
        }
        out.write(END);
        out.flush();
    }

    private static byte[] chunk(String text) {
        return ascii(Integer.toHexString(text.length()) + "\r\n" + text + "\r\n");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
