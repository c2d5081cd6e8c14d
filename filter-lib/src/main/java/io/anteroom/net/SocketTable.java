// SPDX-License-Identifier: Apache-2.0
package io.anteroom.net;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks the Linux kernel which connections still have a client at the other end. A client that closed is seen as
 * {@code CLOSE_WAIT} (a half-closed one too: like nginx and HAProxy we take it for gone), one that reset is not listed
 * any more. One read of the table answers for any number of connections. Not thread-safe.
 */
public final class SocketTable {
    private static final Path[] FILES = {Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6")};
    private static final int ESTABLISHED = 0x01;
    private static final int CLOSE_WAIT = 0x08;
    private static final int LISTEN = 0x0A;

    private static final int BUFFER_BYTES = 32 << 10;

    private final List<Path> files;
    private final byte[] buffer = new byte[BUFFER_BYTES];

    SocketTable(List<Path> files) {
        this.files = files;
    }

    /** The kernel's table. */
    public static SocketTable ofKernel() {
        return new SocketTable(List.of(FILES));
    }

    /** Whether this machine has such a table and lets us read it. */
    public boolean isReadable() {
        return Files.isReadable(files.get(0));
    }

    /**
     * What one look has found.
     *
     * @param exact the connections that are listed as they were asked for, with whether the client's side is open
     * @param byPorts the same by the two ports alone, of whatever address: what a connection is found under if
     *     something before us has put the address of the client in the place of its proxy's
     * @param listening the ports of those asked for on which this machine listens
     */
    public record Sight(Map<Connection, Boolean> exact, Map<Integer, Boolean> byPorts, Set<Integer> listening) {
        Sight() {
            this(new HashMap<>(), new HashMap<>(), new HashSet<>());
        }

        /** Whether the client's side of a connection is open, or null if nothing like it is listed. */
        public @Nullable Boolean isOpen(Connection connection) {
            Boolean isOpen = exact.get(connection);
            return isOpen != null ? isOpen : byPorts.get(ports(connection.localPort(), connection.remotePort()));
        }

        /** Whether the local port of a connection is really one of this machine's, on which it listens. */
        public boolean isListening(Connection connection) {
            return listening.contains(connection.localPort());
        }

        private static int ports(int local, int remote) {
            return local << 16 | remote;
        }
    }

    /**
     * Looks connections up.
     *
     * @param asked the connections to look for
     * @throws IOException if the table cannot be read
     */
    public Sight look(Collection<Connection> asked) throws IOException {
        Set<Connection> wanted = new HashSet<>(asked);
        Set<Integer> localPorts = new HashSet<>();
        asked.forEach(connection -> localPorts.add(connection.localPort()));
        Sight sight = new Sight();
        for (Path file : files) {
            if (Files.isReadable(file)) {
                try (InputStream in = Files.newInputStream(file)) {
                    new Lines(buffer, wanted, localPorts, sight).read(in);
                }
            }
        }
        return sight;
    }

    /** Reads one file: {@code 0: 0100007F:1F90 0100007F:D2A4 01 ...}, addresses as host-order words in hex. */
    @SuppressWarnings("ArrayRecordComponent") // Never compared, never copied.
    private record Lines(byte[] text, Set<Connection> wanted, Set<Integer> localPorts, Sight sight) {

        /** Piece by piece: with ten thousand connections the whole table is megabytes, once a second. */
        void read(InputStream in) throws IOException {
            int kept = 0;
            for (int got = in.read(text, 0, text.length); got >= 0; got = in.read(text, kept, text.length - kept)) {
                int end = kept + got;
                int start = lines(end);
                if (start == 0 && end == text.length) {
                    throw new IOException("a line of " + end + " bytes in the kernel's table of connections");
                }
                kept = end - start;
                System.arraycopy(text, start, text, 0, kept);
            }
        }

        /** Reads the whole lines before {@code end}; where the next one starts. */
        private int lines(int end) {
            int start = 0;
            for (int i = 0; i < end; i++) {
                if (text[i] == '\n') {
                    line(start, i);
                    start = i + 1;
                }
            }
            return start;
        }

        private void line(int start, int end) {
            int local = next(start, end) + 2;
            int localEnd = next(local, end);
            if (local < 2 || localEnd < 0 || localEnd + 6 > end) {
                return;
            }
            int localPort = (int) hex(localEnd + 1, 4);
            if (!localPorts.contains(localPort)) {
                return;
            }
            int remote = localEnd + 6;
            int remoteEnd = next(remote, end);
            if (remoteEnd < 0 || remoteEnd + 8 > end) {
                return;
            }
            int remotePort = (int) hex(remoteEnd + 1, 4);
            int state = (int) hex(remoteEnd + 6, 2);
            if (state == LISTEN) {
                sight.listening().add(localPort);
            } else if (state == ESTABLISHED || state == CLOSE_WAIT) {
                sight.byPorts().merge(Sight.ports(localPort, remotePort), state == ESTABLISHED, Boolean::logicalOr);
                Connection connection =
                        new Connection(address(local, localEnd), localPort, address(remote, remoteEnd), remotePort);
                if (wanted.contains(connection)) {
                    sight.exact().put(connection, state == ESTABLISHED);
                }
            }
        }

        private byte[] address(int start, int end) {
            int words = (end - start) / 8;
            byte[] address = new byte[words * 4];
            for (int word = 0; word < words; word++) {
                long value = hex(start + word * 8, 8);
                for (int i = 0; i < 4; i++) {
                    address[word * 4 + i] = (byte) (value >> (8 * i));
                }
            }
            return unmapped(address);
        }

        private static byte[] unmapped(byte[] address) {
            if (address.length != 16 || address[10] != -1 || address[11] != -1) {
                return address;
            }
            for (int i = 0; i < 10; i++) {
                if (address[i] != 0) {
                    return address;
                }
            }
            return new byte[] {address[12], address[13], address[14], address[15]};
        }

        private long hex(int start, int digits) {
            long value = 0;
            for (int i = start; i < start + digits; i++) {
                value = (value << 4) | Character.digit(text[i], 16);
            }
            return value;
        }

        /** Where the next colon is, or -1. */
        private int next(int from, int end) {
            for (int i = from; i < end; i++) {
                if (text[i] == ':') {
                    return i;
                }
            }
            return -1;
        }
    }
}
