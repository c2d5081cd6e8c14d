// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** An HTTP/2 client of frames, without TLS, that keeps no rule of its own. */
final class RawHttp2 implements AutoCloseable {
    private static final int DATA = 0;
    private static final int HEADERS = 1;
    private static final int RST_STREAM = 3;
    private static final int SETTINGS = 4;
    private static final int GOAWAY = 7;
    private static final int WINDOW_UPDATE = 8;
    private static final int END_STREAM = 1;
    private static final int END_HEADERS = 4;
    private static final int LARGEST = 16384;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    RawHttp2(int port) throws IOException {
        socket = new Socket("127.0.0.1", port);
        socket.setSoTimeout(10_000);
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
        out.write("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        frame(SETTINGS, 0, 0, new byte[0]);
    }

    private void frame(int type, int flags, int stream, byte[] payload) throws IOException {
        byte[] head = {
            (byte) (payload.length >> 16),
            (byte) (payload.length >> 8),
            (byte) payload.length,
            (byte) type,
            (byte) flags,
            0,
            0,
            0,
            (byte) stream
        };
        out.write(head);
        out.write(payload);
        out.flush();
    }

    /** Sends header fields, as they are: name, value, name, value. */
    void headers(boolean isLast, String... fields) throws IOException {
        ByteArrayOutputStream block = new ByteArrayOutputStream();
        for (int i = 0; i < fields.length; i += 2) {
            block.write(0);
            literal(block, fields[i]);
            literal(block, fields[i + 1]);
        }
        frame(HEADERS, END_HEADERS | (isLast ? END_STREAM : 0), 1, block.toByteArray());
    }

    private static void literal(ByteArrayOutputStream block, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        if (bytes.length >= 127) {
            throw new IllegalArgumentException("too long for this client: " + text);
        }
        block.write(bytes.length);
        block.writeBytes(bytes);
    }

    /** Sends a piece of a body, as far as the other side still reads. */
    void data(boolean isLast, byte[] bytes) throws IOException {
        try {
            int at = 0;
            do {
                int length = Math.min(LARGEST, bytes.length - at);
                byte[] piece = new byte[length];
                System.arraycopy(bytes, at, piece, 0, length);
                at += length;
                frame(DATA, isLast && at == bytes.length ? END_STREAM : 0, 1, piece);
            } while (at < bytes.length);
        } catch (SocketException e) {
            // The other side has had enough, which is read from it.
        }
    }

    /** Reads the pieces of a body until there are so many bytes, or the stream ends, and tells how many there were. */
    int body(int most) throws IOException {
        int had = 0;
        while (had < most) {
            int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
            int type = in.readUnsignedByte();
            int flags = in.readUnsignedByte();
            int unused = in.readInt();
            byte[] payload = in.readNBytes(length);
            if (type == SETTINGS && (flags & 1) == 0) {
                frame(SETTINGS, 1, 0, new byte[0]);
            }
            if (type == DATA) {
                had += length;
            }
            if (type == RST_STREAM || type == GOAWAY || (type == DATA && (flags & END_STREAM) != 0)) {
                return had;
            }
        }
        return had;
    }

    /** Lets the other side send so much more. */
    void window(int more) throws IOException {
        byte[] payload = ByteBuffer.allocate(4).putInt(more).array();
        frame(WINDOW_UPDATE, 0, 0, payload);
        frame(WINDOW_UPDATE, 0, 1, payload);
    }

    /** Reads until the stream or the connection ends: "status=..." by the first byte of the answer, or how it ended. */
    String outcome() throws IOException {
        String told = "";
        try {
            while (true) {
                int length = in.readUnsignedByte() << 16 | in.readUnsignedShort();
                int type = in.readUnsignedByte();
                int flags = in.readUnsignedByte();
                int unused = in.readInt();
                byte[] payload = in.readNBytes(length);
                if (type == HEADERS && told.isEmpty()) {
                    told = status(payload);
                }
                if (type == SETTINGS && (flags & 1) == 0) {
                    frame(SETTINGS, 1, 0, new byte[0]);
                }
                if (type == RST_STREAM || type == GOAWAY) {
                    return told.isEmpty() ? "refused" : told;
                }
                if ((type == HEADERS || type == DATA) && (flags & END_STREAM) != 0) {
                    return told;
                }
            }
        } catch (EOFException | SocketException e) {
            return told.isEmpty() ? "refused" : told;
        }
    }

    /** The status as HPACK has it in its static table, behind the sizes of the dynamic one. */
    private static String status(byte[] block) {
        int at = 0;
        while ((block[at] & 0xe0) == 0x20) {
            boolean isLong = (block[at] & 0x1f) == 0x1f;
            at++;
            while (isLong && block[at] < 0) {
                at++;
            }
            at += isLong ? 1 : 0;
        }
        return switch (block[at] & 0xff) {
            case 0x88 -> "200";
            case 0x89 -> "204";
            case 0x8c -> "400";
            case 0x8d -> "404";
            case 0x8e -> "500";
            default -> "another status";
        };
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
