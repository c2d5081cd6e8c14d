// SPDX-License-Identifier: Apache-2.0
package io.anteroom.bench;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A connection that is used again and again. Used by one thread. */
final class CostClient implements AutoCloseable {
    private static final byte[] END = "\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private static final Pattern LENGTH = Pattern.compile("(?i)content-length: *(\\d+)");

    private final Socket socket;
    private final byte[] buffer = new byte[64 * 1024];

    CostClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(30_000);
    }

    /** How long the first byte of an answer's body takes from now on, in nanoseconds. */
    long firstByte(String path) throws IOException {
        long start = System.nanoTime();
        ask(path);
        InputStream in = socket.getInputStream();
        long first = 0;
        StringBuilder read = new StringBuilder();
        while (!isWhole(read)) {
            int n = read(in);
            read.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            if (first == 0 && read.indexOf("data:") >= 0) {
                first = System.nanoTime() - start;
            }
        }
        return first;
    }

    /** A proxy may know the length of so short an answer, and say it. */
    private static boolean isWhole(StringBuilder read) {
        int end = read.indexOf("\r\n\r\n");
        Matcher length = end < 0 ? null : LENGTH.matcher(read.substring(0, end));
        return (length != null && length.find())
                ? read.length() >= end + 4 + Integer.parseInt(length.group(1))
                : read.indexOf("\r\n0\r\n\r\n") >= 0;
    }

    /** How long an answer takes to its last byte, in nanoseconds. */
    long streamed(String path) throws IOException {
        long start = System.nanoTime();
        whole(path);
        return System.nanoTime() - start;
    }

    /** How many bytes there were in an answer, with its framing. */
    long whole(String path) throws IOException {
        ask(path);
        InputStream in = socket.getInputStream();
        long all = 0;
        byte[] tail = new byte[0];
        StringBuilder begin = new StringBuilder();
        while (!Arrays.equals(tail, END) && !isWhole(begin)) {
            int n = read(in);
            all += n;
            if (begin.length() < buffer.length) {
                // A proxy that has got all of it before it began to write may know its length as well.
                begin.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
            }
            byte[] joined = Arrays.copyOf(tail, tail.length + Math.min(n, END.length));
            System.arraycopy(buffer, Math.max(0, n - END.length), joined, tail.length, Math.min(n, END.length));
            tail = Arrays.copyOfRange(joined, Math.max(0, joined.length - END.length), joined.length);
        }
        return all;
    }

    private void ask(String path) throws IOException {
        socket.getOutputStream()
                .write(("GET " + path + " HTTP/1.1\r\nHost: bench\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    private int read(InputStream in) throws IOException {
        int n = in.read(buffer);
        if (n < 0) {
            throw new IOException("the connection to port " + socket.getPort() + " ended early");
        }
        return n;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
