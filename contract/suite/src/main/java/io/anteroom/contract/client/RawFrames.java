// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.client;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One HTTP/2 connection on a plain socket, frame by frame, for tests of how a server reads them. Used by one thread.
 */
public final class RawFrames implements AutoCloseable {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int PING = 6;
    private static final int GOAWAY = 7;

    private static final int ACK = 1;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int LARGEST = 16_384;
    private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

    private final Socket socket;
    private final DataInputStream in;

    private RawFrames(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
    }

    /** Connects, and sends the preface and settings that change nothing. */
    public static RawFrames to(int port) throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) Patience.LIMIT.toMillis());
        RawFrames connection = new RawFrames(socket);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(PREFACE.getBytes(StandardCharsets.US_ASCII));
        write(bytes, SETTINGS, 0, 0, new byte[0]);
        connection.send(bytes);
        return connection;
    }

    /**
     * Sends a whole POST on the first stream, in one write.
     *
     * @param path shorter than 127 bytes
     * @param length of the body, which is the letter {@code x} that often; at most the first window, 65,535 bytes
     */
    public void post(String path, int length) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        // Fields of the static table: the method POST, the scheme http, then literal values of three more.
        head.write(0x83);
        head.write(0x86);
        head.write(0x04);
        value(head, path);
        head.write(0x01);
        value(head, "localhost");
        head.write(0x0f);
        head.write(28 - 15);
        value(head, String.valueOf(length));
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        write(bytes, HEADERS, END_HEADERS, 1, head.toByteArray());
        byte[] body = "x".repeat(length).getBytes(StandardCharsets.US_ASCII);
        for (int from = 0; from < length; from += LARGEST) {
            int to = Math.min(length, from + LARGEST);
            write(bytes, DATA, to == length ? END_STREAM : 0, 1, Arrays.copyOfRange(body, from, to));
        }
        send(bytes);
    }

    /**
     * Reads to the end of the answer on the first stream, acknowledging what has to be.
     *
     * @return the body's length, or how the connection or the stream broke off
     */
    public String answer() throws IOException {
        int length = 0;
        List<String> seen = new ArrayList<>();
        try {
            while (true) {
                byte[] payload = new byte[in.readUnsignedByte() << 16 | in.readUnsignedShort()];
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                int stream = in.readInt();
                in.readFully(payload);
                seen.add(type + "/" + flags + "/" + stream);
                switch (type) {
                    case SETTINGS, PING -> acknowledge(type, flags, type == PING ? payload : new byte[0]);
                    case DATA -> length += payload.length;
                    case RST_STREAM -> {
                        return "RST_STREAM " + payload[3];
                    }
                    case GOAWAY -> {
                        return "GOAWAY " + payload[7];
                    }
                    default -> {
                        // Of no interest.
                    }
                }
                if ((type == DATA || type == HEADERS) && (flags & END_STREAM) != 0) {
                    return String.valueOf(length);
                }
            }
        } catch (EOFException e) {
            return "end of the connection after " + seen;
        }
    }

    private void acknowledge(int type, int flags, byte[] payload) throws IOException {
        if ((flags & ACK) == 0) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            write(bytes, type, ACK, 0, payload);
            send(bytes);
        }
    }

    private void send(ByteArrayOutputStream bytes) throws IOException {
        socket.getOutputStream().write(bytes.toByteArray());
    }

    private static void value(ByteArrayOutputStream to, String value) {
        to.write(value.length());
        to.writeBytes(value.getBytes(StandardCharsets.US_ASCII));
    }

    private static void write(ByteArrayOutputStream to, int type, int flags, int stream, byte[] payload) {
        to.write(payload.length >> 16);
        to.write(payload.length >> 8);
        to.write(payload.length);
        to.write(type);
        to.write(flags);
        to.writeBytes(new byte[] {0, 0, 0, (byte) stream});
        to.writeBytes(payload);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
