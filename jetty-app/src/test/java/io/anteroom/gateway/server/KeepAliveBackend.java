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
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A backend that takes requests one after the other from its connections, reading exactly the body that a head says, so
 * that whatever was smuggled into a body or a field shows as a request of its own.
 */
final class KeepAliveBackend implements AutoCloseable {
    private static final Pattern LENGTH = Pattern.compile("\r\ncontent-length: *(\\d+)\r\n");

    /** Every request line and its fields, in the order in which they came. */
    final List<String> heads = new CopyOnWriteArrayList<>();

    private final List<Socket> sockets = new CopyOnWriteArrayList<>();
    private final ServerSocket server;
    private final Script script;

    /** What it does with a request, once its head and body have been read. */
    interface Script {
        void run(int number, String head, OutputStream out) throws Exception;
    }

    KeepAliveBackend(Script script) throws IOException {
        this.script = script;
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        run(this::accept, "keep-alive-backend");
    }

    /** One that answers everything with 200. */
    static KeepAliveBackend well() throws IOException {
        return new KeepAliveBackend(
                (number, head, out) -> ScriptedBackend.write(out, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    }

    private static void run(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
    }

    URI uri() {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** How many connections it has been opened. */
    int connections() {
        return sockets.size();
    }

    private void accept() {
        try {
            while (true) {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                sockets.add(socket);
                run(() -> serve(socket), "keep-alive-connection");
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            InputStream in = new BufferedInputStream(socket.getInputStream());
            while (true) {
                String head = ScriptedBackend.readHead(in);
                heads.add(head);
                readBody(in, head.toLowerCase(Locale.ROOT));
                script.run(heads.size(), head, socket.getOutputStream());
            }
        } catch (Exception e) {
            // The other side closed, or the script did.
        }
    }

    private static void readBody(InputStream in, String head) throws IOException {
        Matcher length = LENGTH.matcher(head);
        if (head.contains("\r\ntransfer-encoding: chunked\r\n")) {
            int size;
            do {
                size = Integer.parseInt(line(in), 16);
                in.skipNBytes(size);
                line(in);
            } while (size > 0);
        } else if (length.find()) {
            in.skipNBytes(Long.parseLong(length.group(1)));
        }
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        int next = in.read();
        while (next >= 0 && next != '\n') {
            line.append((char) next);
            next = in.read();
        }
        return line.toString().strip();
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
