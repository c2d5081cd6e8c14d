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
import java.util.concurrent.locks.LockSupport;

/** Many streaming requests on one thread, each on a connection of its own, that count what they are told. */
// One thread counts, others only read; and the host is always loopback.
@SuppressWarnings({"NonAtomicVolatileUpdate", "AddressSelection"})
final class StreamCrowd implements Runnable, AutoCloseable {
    private static final int KEYS = 2_000;
    private static final int PER_SECOND = 2_000;
    private static final byte[] COMMENT = ": queue position=".getBytes(StandardCharsets.US_ASCII);

    private final Selector selector = Selector.open();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(1 << 16);
    private final InetSocketAddress server;
    private final Stream[] streams;
    private volatile boolean isOver;
    private volatile int told;
    private volatile long statuses;
    private volatile long changes;
    private volatile int ended;

    StreamCrowd(int port, int count) throws IOException {
        server = new InetSocketAddress("127.0.0.1", port);
        streams = new Stream[count];
    }

    /** How many have been told a position. */
    int told() {
        return told;
    }

    /** How many positions have been told. */
    long statuses() {
        return statuses;
    }

    /** How many of them were others than before. */
    long changes() {
        return changes;
    }

    /** How many streams have ended. */
    int ended() {
        return ended;
    }

    @Override
    public void run() {
        try {
            connect();
            while (!isOver) {
                selector.select(this::read, 100);
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private void connect() throws IOException {
        long started = System.nanoTime();
        for (int i = 0; i < streams.length && !isOver; i++) {
            SocketChannel channel = SocketChannel.open(server);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            channel.write(ByteBuffer.wrap(request(i)));
            channel.configureBlocking(false);
            streams[i] = new Stream();
            channel.register(selector, SelectionKey.OP_READ, streams[i]);
            selector.selectNow(this::read);
            LockSupport.parkNanos(started + i * 1_000_000_000L / PER_SECOND - System.nanoTime());
        }
    }

    private static byte[] request(int number) {
        String body = "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}";
        String head = "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1\r\nx-api-key: stream-" + number % KEYS
                + "\r\nQueue-Priority: low\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length()
                + "\r\n\r\n";
        return (head + body).getBytes(StandardCharsets.US_ASCII);
    }

    private void read(SelectionKey key) {
        Stream stream = (Stream) key.attachment();
        try {
            buffer.clear();
            int length = ((SocketChannel) key.channel()).read(buffer);
            if (length < 0) {
                end(key);
                return;
            }
            for (int i = 0; i < length; i++) {
                if (stream.feed(buffer.get(i))) {
                    statuses++;
                    told += stream.position == 0 ? 1 : 0;
                    changes += stream.position == stream.read ? 0 : 1;
                    stream.position = stream.read;
                }
            }
        } catch (IOException e) {
            end(key);
        }
    }

    private void end(SelectionKey key) {
        ended++;
        key.cancel();
        try {
            key.channel().close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        isOver = true;
        for (SelectionKey key : selector.keys()) {
            key.channel().close();
        }
        selector.close();
    }

    /** One stream: finds the numbers after the beginning of a comment, byte by byte. */
    private static final class Stream {
        private int matched;
        private int read;
        private int position;

        /** Whether a number is complete. */
        boolean feed(byte b) {
            if (matched == COMMENT.length) {
                if (b >= '0' && b <= '9') {
                    read = read * 10 + b - '0';
                    return false;
                }
                matched = 0;
                return true;
            }
            matched = b == COMMENT[matched] ? matched + 1 : b == COMMENT[0] ? 1 : 0;
            if (matched == COMMENT.length) {
                read = 0;
            }
            return false;
        }
    }
}
