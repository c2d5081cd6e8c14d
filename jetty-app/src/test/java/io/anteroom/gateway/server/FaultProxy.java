// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A TCP proxy before a backend that is well, which breaks what passes through it in one way. */
final class FaultProxy implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");
    private static final Pattern WANTED = Pattern.compile("(?i)\r\ncontent-length: *(\\d+)");
    /** So much of a body passes before a fault in its middle. */
    private static final int PART = 150;

    private final ServerSocket server;
    private final URI backend;
    private final Fault fault;
    private final AtomicInteger requests = new AtomicInteger();
    private final CountDownLatch closed = new CountDownLatch(1);

    /** What goes wrong. */
    enum Fault {
        NONE,
        REFUSE,
        RESET,
        CLOSE_BEFORE_HEAD,
        STALL_BEFORE_HEAD,
        STALL_AFTER_HEAD,
        CLOSE_AFTER_HEAD,
        STALL_IN_STREAM,
        CLOSE_IN_STREAM,
        LENGTH_TOO_LONG,
        LENGTH_TOO_SHORT,
        DRIP,
        STATUS_429,
        STATUS_503,
        STATUS_503_RETRY_AFTER,
        ERROR_IN_STREAM,
        NOT_HTTP
    }

    FaultProxy(URI backend, Fault fault) throws IOException {
        this.backend = backend;
        this.fault = fault;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        if (fault == Fault.REFUSE) {
            server.close();
            return;
        }
        Thread thread = new Thread(this::accept, "fault-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** How many requests have come. */
    int requests() {
        return requests.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                Thread thread = new Thread(() -> serve(socket), "fault-connection");
                thread.setDaemon(true);
                thread.start();
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            socket.setTcpNoDelay(true);
            if (fault == Fault.RESET) {
                requests.incrementAndGet();
                reset(socket);
                return;
            }
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                String head = ScriptedBackend.readHead(in);
                Matcher length = WANTED.matcher(head);
                byte[] body = in.readNBytes(length.find() ? Integer.parseInt(length.group(1)) : 0);
                requests.incrementAndGet();
                answer(socket, head, body);
            }
        } catch (IOException | InterruptedException e) {
            // The other side has had enough.
        }
    }

    private static void reset(Socket socket) throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    private void answer(Socket socket, String head, byte[] body) throws IOException, InterruptedException {
        OutputStream out = socket.getOutputStream();
        switch (fault) {
            case CLOSE_BEFORE_HEAD -> reset(socket);
            case STALL_BEFORE_HEAD -> stall(socket);
            case NOT_HTTP -> {
                ScriptedBackend.write(out, "SSH-2.0-OpenSSH_9.2\r\n\r\n");
                socket.close();
            }
            case STATUS_429 -> write(out, "429 Busy", "", "application/json", "{\"error\":\"busy\"}");
            case STATUS_503 -> write(out, "503 Busy", "", "application/json", "{\"error\":\"busy\"}");
            case STATUS_503_RETRY_AFTER ->
                write(out, "503 Busy", "Retry-After: 7\r\n", "application/json", "{\"error\":\"busy\"}");
            case ERROR_IN_STREAM ->
                write(
                        out,
                        "200 OK",
                        "",
                        "text/event-stream",
                        "data: {\"error\":{\"code\":503,\"message\":\"The request queue is full.\"}}\n\n");
            default -> forward(socket, head, body);
        }
    }

    private static void write(OutputStream out, String status, String more, String type, String body)
            throws IOException {
        ScriptedBackend.write(
                out,
                "HTTP/1.1 " + status + "\r\n" + more + "Content-Type: " + type + "\r\nContent-Length: " + body.length()
                        + "\r\n\r\n" + body);
    }

    /** Passes the request on, and the answer back as far as it goes. */
    private void forward(Socket client, String head, byte[] body) throws IOException, InterruptedException {
        try (Socket to = new Socket("127.0.0.1", backend.getPort())) {
            to.getOutputStream().write(head.getBytes(StandardCharsets.ISO_8859_1));
            to.getOutputStream().write(body);
            to.getOutputStream().flush();
            InputStream from = new BufferedInputStream(to.getInputStream());
            String answer = ScriptedBackend.readHead(from);
            OutputStream out = client.getOutputStream();
            ScriptedBackend.write(out, changed(answer));
            if (fault == Fault.STALL_AFTER_HEAD) {
                stall(client);
            } else if (fault == Fault.CLOSE_AFTER_HEAD) {
                client.close();
            } else if (fault == Fault.STALL_IN_STREAM || fault == Fault.CLOSE_IN_STREAM) {
                out.write(from.readNBytes(PART));
                out.flush();
                if (fault == Fault.STALL_IN_STREAM) {
                    stall(client);
                }
                client.close();
            } else {
                copy(answer, from, out);
                client.close();
            }
        }
    }

    private String changed(String head) {
        int by = fault == Fault.LENGTH_TOO_LONG ? 10 : fault == Fault.LENGTH_TOO_SHORT ? -10 : 0;
        Matcher length = LENGTH.matcher(head);
        return by == 0 || !length.find()
                ? head
                : length.replaceFirst("Content-Length: " + (Integer.parseInt(length.group(1)) + by));
    }

    private void copy(String head, InputStream from, OutputStream out) throws IOException, InterruptedException {
        Matcher length = LENGTH.matcher(head);
        long left = length.find() ? Long.parseLong(length.group(1)) : Long.MAX_VALUE;
        StringBuilder end = new StringBuilder();
        while (left > 0 && !end.toString().endsWith("\r\n0\r\n\r\n")) {
            int next = from.read();
            if (next < 0) {
                return;
            }
            left--;
            end.append((char) next);
            out.write(next);
            if (fault == Fault.DRIP) {
                out.flush();
                closed.await(200, TimeUnit.MICROSECONDS);
            }
        }
        out.flush();
    }

    /** Says nothing more until the other side goes. */
    private static void stall(Socket socket) throws IOException {
        while (socket.getInputStream().read() >= 0) {
            // What it still sends.
        }
    }

    @Override
    public void close() throws IOException {
        closed.countDown();
        server.close();
    }
}
