// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** An HTTP/1.1 client of bytes. */
final class RawClient implements AutoCloseable {
    final Socket socket;
    final InputStream in;

    RawClient(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        in = new BufferedInputStream(socket.getInputStream());
    }

    void send(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
        socket.getOutputStream().flush();
    }

    void get(String path) throws IOException {
        send("GET " + path + " HTTP/1.1\r\nHost: gateway.test\r\n\r\n");
    }

    String readHead() throws IOException {
        return ScriptedBackend.readHead(in);
    }

    /** Reads until the text has come. */
    String readUntil(String text) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(text) < 0) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("closed after " + read);
            }
            read.append((char) next);
        }
        return read.toString();
    }

    /** Reads to the end of the connection. */
    String readAll() throws IOException {
        return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
