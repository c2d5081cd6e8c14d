// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;

/**
 * Many HTTP/1.1 connections on one thread, each with one POST under way. It looks at no more of an answer than its
 * status and its length, which must be told by {@code Content-Length}.
 */
// One thread counts, others only read; and the host is always loopback.
@SuppressWarnings({"NonAtomicVolatileUpdate", "AddressSelection"})
final class HttpCrowd implements AutoCloseable {
    private static final int KEYS = 200;
    private static final int CONNECTING_AT_ONCE = 128;
    private static final byte[] END_OF_HEAD = {'\r', '\n', '\r', '\n'};

    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    private final InetSocketAddress server;
    private final int connections;
    private final int bodyBytes;
    private final boolean again;
    private final int perSecond;
    private final long startedNanos = System.nanoTime();
    private int begun;
    private int connecting;
    private volatile int sent;
    private volatile int served;
    private volatile int failed;

    /**
     * @param bodyBytes how long the JSON body of each request is
     * @param again whether each connection asks again as soon as it has been answered
     * @param perSecond how many arrive in a second
     */
    HttpCrowd(int port, int connections, int bodyBytes, boolean again, int perSecond) throws IOException {
        this.server = new InetSocketAddress("127.0.0.1", port);
        this.connections = connections;
        this.bodyBytes = bodyBytes;
        this.again = again;
        this.perSecond = perSecond;
    }

    /** How many requests have been written. */
    int sent() {
        return sent;
    }

    /** How many answers had the status 200. */
    int served() {
        return served;
    }

    /** How many answers had another, or never came. */
    int failed() {
        return failed;
    }

    /** Runs until every connection has ended, or the thread is interrupted. */
    void run() throws IOException {
        while (!Thread.currentThread().isInterrupted() && (again || served + failed < connections)) {
            int due = due();
            while (begun < due && connecting < CONNECTING_AT_ONCE) {
                connect();
            }
            selector.select(this::ready, due < connections ? 1 : 0);
        }
    }

    /** How many should have arrived by now. */
    private int due() {
        long elapsed = System.nanoTime() - startedNanos;
        return (int) Math.min(connections, elapsed / 1e9 * perSecond + 1);
    }

    private void connect() throws IOException {
        SocketChannel channel = SocketChannel.open();
        channel.configureBlocking(false);
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.register(selector, SelectionKey.OP_CONNECT, new Connection(request(begun++)));
        connecting++;
        if (channel.connect(server)) {
            throw new IOException("connected at once, which is not handled here");
        }
    }

    private byte[] request(int number) {
        String prefix = "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"";
        String suffix = "\"}]}";
        String body = prefix + "x".repeat(Math.max(0, bodyBytes - prefix.length() - suffix.length())) + suffix;
        String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: key-" + number % KEYS
                + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n\r\n";
        return (head + body).getBytes(StandardCharsets.US_ASCII);
    }

    private void ready(SelectionKey key) {
        Connection connection = (Connection) key.attachment();
        SocketChannel channel = (SocketChannel) key.channel();
        try {
            if (key.isConnectable() && channel.finishConnect()) {
                connecting--;
                send(key, channel, connection);
            } else if (key.isReadable()) {
                read(key, channel, connection);
            }
        } catch (IOException e) {
            failed++;
            key.cancel();
        }
    }

    /** The socket's buffer takes a whole request. */
    private void send(SelectionKey key, SocketChannel channel, Connection connection) throws IOException {
        ByteBuffer request = ByteBuffer.wrap(connection.request);
        if (channel.write(request) < connection.request.length) {
            throw new IOException("a request of " + connection.request.length + " bytes did not go out at once");
        }
        sent++;
        key.interestOps(SelectionKey.OP_READ);
    }

    private void read(SelectionKey key, SocketChannel channel, Connection connection) throws IOException {
        buffer.clear();
        if (channel.read(buffer) < 0) {
            throw new IOException("closed without an answer");
        }
        buffer.flip();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        connection.answer += new String(bytes, StandardCharsets.ISO_8859_1);
        if (connection.isComplete()) {
            end(key, channel, connection);
        }
    }

    private void end(SelectionKey key, SocketChannel channel, Connection connection) throws IOException {
        if (connection.answer.startsWith("HTTP/1.1 200")) {
            served++;
        } else {
            failed++;
        }
        connection.answer = "";
        if (again) {
            send(key, channel, connection);
        } else {
            key.cancel();
            channel.close();
        }
    }

    @Override
    public void close() throws IOException {
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }

    /** One connection. */
    private static final class Connection {
        private static final String LENGTH = "content-length: ";

        private final byte[] request;
        private String answer = "";

        Connection(byte[] request) {
            this.request = request;
        }

        boolean isComplete() throws IOException {
            int end = answer.indexOf(new String(END_OF_HEAD, StandardCharsets.US_ASCII));
            if (end < 0) {
                return false;
            }
            String head = answer.substring(0, end).toLowerCase(java.util.Locale.ROOT) + "\r\n";
            int at = head.indexOf(LENGTH);
            if (at < 0) {
                throw new IOException("no Content-Length in " + head);
            }
            int length = Integer.parseInt(
                    head.substring(at + LENGTH.length(), head.indexOf('\r', at)).trim());
            return answer.length() >= end + END_OF_HEAD.length + length;
        }
    }
}
