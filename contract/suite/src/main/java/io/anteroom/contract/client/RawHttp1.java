// SPDX-License-Identifier: Apache-2.0
package io.anteroom.contract.client;

import io.anteroom.contract.client.Answer.End;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An HTTP/1.1 connection on a plain socket: sends what it is told, byte by byte, and reads without forgiving. */
public final class RawHttp1 implements Call {
    private static final int READ_LIMIT_MILLIS = (int) Patience.LIMIT.toMillis();

    private final Socket socket;
    private final InputStream in;
    private final byte[] block = new byte[8192];
    private final StringBuilder body = new StringBuilder();
    private @Nullable Head head;
    private long missing;
    private boolean isInsideChunk;
    private @Nullable End end;
    private String why = "";

    /** A status line with its headers. */
    private record Head(int status, Map<String, List<String>> headers) {
        boolean isChunked() {
            return headers.getOrDefault("transfer-encoding", List.of()).contains("chunked");
        }

        long length() {
            List<String> length = headers.get("content-length");
            return length == null ? -1 : Long.parseLong(length.get(0));
        }
    }

    private RawHttp1(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
    }

    /** Connects. */
    public static RawHttp1 to(int port) {
        return connect(port, 0);
    }

    /** Connects with a small receive buffer, so that reading slowly soon slows the sender down. */
    public static RawHttp1 slowlyTo(int port) {
        return connect(port, 64 << 10);
    }

    private static RawHttp1 connect(int port, int receiveBuffer) {
        Socket socket = new Socket();
        try {
            if (receiveBuffer > 0) {
                socket.setReceiveBufferSize(receiveBuffer);
            }
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(READ_LIMIT_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), READ_LIMIT_MILLIS);
            return new RawHttp1(socket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends a whole request. */
    public RawHttp1 send(Request request) {
        return send(text(request));
    }

    /** A request as it goes over the wire. */
    public static String text(Request request) {
        StringBuilder text = new StringBuilder();
        text.append(request.method()).append(' ').append(request.path()).append(" HTTP/1.1\r\nHost: localhost\r\n");
        request.headers()
                .forEach((name, value) ->
                        text.append(name).append(": ").append(value).append("\r\n"));
        if (!request.body().isEmpty()) {
            text.append("Content-Length: ").append(request.body().length()).append("\r\n");
        }
        return text.append("\r\n").append(request.body()).toString();
    }

    /** Sends ISO-8859-1 text as it is. */
    public RawHttp1 send(String text) {
        try {
            socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Sends one chunk of a chunked body; an empty one ends it. */
    public RawHttp1 sendChunk(String chunk) {
        return send(Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n");
    }

    /** Reads an interim answer such as 100 and answers its status; a final one is kept for {@link #answer()}. */
    public int interim() {
        try {
            Head read = readHead();
            if (read.status() >= 200) {
                begin(read);
            }
            return read.status();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Answer answer() {
        End how = end;
        while (how == null) {
            how = step();
        }
        Head read = head;
        Answer answer = read == null
                ? Answer.none(how, why)
                : new Answer(read.status(), read.headers(), body.toString(), how, why);
        head = null;
        isInsideChunk = false;
        end = null;
        why = "";
        body.setLength(0);
        return answer;
    }

    @Override
    public void awaitText(String text) {
        while (body.indexOf(text) < 0) {
            if (end != null || step() != null) {
                throw new AssertionError("the answer ended (" + end + ") before '" + text + "': " + head + body);
            }
        }
    }

    /** Reads until so much of the body has come; false if it ended before. */
    public boolean awaitLength(int length) {
        while (body.length() < length && end == null) {
            step();
        }
        return body.length() >= length;
    }

    @Override
    public void leave(Departure how) {
        try {
            switch (how) {
                case FIN -> socket.close();
                case RST -> {
                    socket.setSoLinger(true, 0);
                    socket.close();
                }
                case RST_STREAM -> throw new IllegalArgumentException("HTTP/1.1 has no streams");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends the sending half only. */
    public void shutdownOutput() {
        try {
            socket.shutdownOutput();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        leave(Departure.FIN);
    }

    private @Nullable End step() {
        try {
            Head begun = head;
            if (begun == null) {
                Head read = readHead();
                if (read.status() >= 200) {
                    begin(read);
                }
            } else if (begun.isChunked()) {
                readChunk();
            } else {
                readPlain(begun.length());
            }
        } catch (EOFException e) {
            end = head != null && !head.isChunked() && head.length() < 0 ? End.CLOSED : End.TRUNCATED;
            why = "end of the connection";
        } catch (SocketException e) {
            end = End.RESET;
            why = e.toString();
        } catch (IOException e) {
            throw new UncheckedIOException("after '" + tail() + "'", e);
        }
        return end;
    }

    private String tail() {
        return head + " " + body.substring(Math.max(0, body.length() - 500));
    }

    private void begin(Head read) {
        head = read;
        missing = read.length();
        boolean bodiless = read.status() == 204 || read.status() == 304 || missing == 0;
        if (bodiless) {
            end = End.COMPLETE;
        }
    }

    private Head readHead() throws IOException {
        String line = readLine();
        if (!line.startsWith("HTTP/1.1 ")) {
            throw new AssertionError("not a status line: '" + line + "'");
        }
        int status = Integer.parseInt(line.substring(9, 12));
        Map<String, List<String>> headers = new LinkedHashMap<>();
        for (String field = readLine(); !field.isEmpty(); field = readLine()) {
            int colon = field.indexOf(':');
            String name = field.substring(0, colon).toLowerCase(Locale.ROOT);
            headers.computeIfAbsent(name, n -> new ArrayList<>())
                    .add(field.substring(colon + 1).trim());
        }
        return new Head(status, headers);
    }

    private void readChunk() throws IOException {
        if (isInsideChunk && !readLine().isEmpty()) {
            throw new AssertionError("a chunk without its end after '" + tail() + "'");
        }
        String size = readLine();
        int length = Integer.parseInt(size.strip().split(";", 2)[0].strip(), 16);
        isInsideChunk = false;
        if (length == 0) {
            while (!readLine().isEmpty()) {
                // Trailers are nobody's business here.
            }
            end = End.COMPLETE;
            return;
        }
        for (int left = length; left > 0; ) {
            left -= readSome(left);
        }
        // Its line end is read with the next one: Jetty sends them together.
        isInsideChunk = true;
    }

    private void readPlain(long length) throws IOException {
        if (length < 0) {
            readSome(block.length);
            return;
        }
        missing -= readSome(missing);
        if (missing == 0) {
            end = End.COMPLETE;
        }
    }

    /** Appends what comes next to the body, at least one byte. */
    private int readSome(long most) throws IOException {
        int read = in.read(block, 0, (int) Math.min(most, block.length));
        if (read < 0) {
            throw new EOFException();
        }
        body.append(new String(block, 0, read, StandardCharsets.ISO_8859_1));
        return read;
    }

    private String readLine() throws IOException {
        StringBuilder line = new StringBuilder();
        while (true) {
            int next = readByte();
            if (next == '\r') {
                int feed = readByte();
                if (feed != '\n') {
                    throw new AssertionError("a bare CR after '" + line + "'");
                }
                return line.toString();
            }
            line.append((char) next);
        }
    }

    private int readByte() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new EOFException();
        }
        return next;
    }
}
