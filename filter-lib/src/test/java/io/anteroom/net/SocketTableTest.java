// SPDX-License-Identifier: Apache-2.0
package io.anteroom.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SocketTableTest {
    private static final String HEAD = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n";

    @TempDir
    private Path directory;

    private static Connection connection(String local, int localPort, String remote, int remotePort) {
        return Objects.requireNonNull(Connection.of(local, localPort, remote, remotePort));
    }

    private SocketTable table(String lines) throws IOException {
        Path file = directory.resolve("tcp");
        Files.writeString(file, HEAD + lines);
        return new SocketTable(List.of(file, directory.resolve("missing")));
    }

    @Test
    void look_establishedAndClosed_areToldApart() throws IOException {
        SocketTable table = table("   0: 0100007F:1F90 0100007F:D2A4 01 00000000:00000000 00:00000000 00000000\n"
                + "   1: 0100007F:1F90 0100007F:D2A5 08 00000000:00000000 00:00000000 00000000\n"
                + "   2: 0100007F:1F90 0100007F:D2A6 06 00000000:00000000 00:00000000 00000000\n"
                + "  10: 0000000000000000FFFF00000200000A:1F90 0000000000000000FFFF00000100000A:0050 01 0:0\n");
        Connection open = connection("127.0.0.1", 8080, "127.0.0.1", 0xD2A4);
        Connection closed = connection("127.0.0.1", 8080, "127.0.0.1", 0xD2A5);
        Connection timeWait = connection("127.0.0.1", 8080, "127.0.0.1", 0xD2A6);
        Connection mapped = connection("10.0.0.2", 8080, "10.0.0.1", 80);
        Connection absent = connection("127.0.0.1", 8080, "127.0.0.1", 1);

        SocketTable.Sight sight = table.look(List.of(open, closed, timeWait, mapped, absent));

        assertThat(sight.exact()).isEqualTo(Map.of(open, true, closed, false, mapped, true));
    }

    @Test
    void look_addressOfTheClientBehindAProxy_isFoundByItsPorts() throws IOException {
        SocketTable table = table("   0: 0100007F:1F90 0100007F:D2A4 01 00000000:00000000\n"
                + "   1: 0100007F:1F90 0100007F:D2A5 08 00000000:00000000\n"
                + "   2: 00000000:1F90 00000000:0000 0A 00000000:00000000\n");
        Connection open = connection("127.0.0.1", 8080, "203.0.113.7", 0xD2A4);
        Connection closed = connection("127.0.0.1", 8080, "203.0.113.7", 0xD2A5);
        Connection absent = connection("127.0.0.1", 8080, "203.0.113.7", 0xD2A6);
        Connection elsewhere = connection("127.0.0.1", 443, "203.0.113.7", 0xD2A4);

        SocketTable.Sight sight = table.look(List.of(open, closed, absent, elsewhere));

        assertThat(sight.exact()).isEmpty();
        assertThat(sight.isOpen(open)).isTrue();
        assertThat(sight.isOpen(closed)).isFalse();
        assertThat(sight.isOpen(absent)).isNull();
        assertThat(sight.isListening(absent)).isTrue();
        assertThat(sight.isListening(elsewhere)).isFalse();
    }

    @Test
    void look_tornFile_isNoError() throws IOException {
        Connection open = connection("127.0.0.1", 8080, "127.0.0.1", 0xD2A4);

        assertThat(table("   0: 0100007F:1F90 01000").look(List.of(open)).exact())
                .isEmpty();
        assertThat(table("   0:").look(List.of(open)).exact()).isEmpty();
        assertThat(table("\n\n").look(List.of(open)).exact()).isEmpty();
    }

    @Test
    void look_kernel_seesAClientClose() throws IOException {
        SocketTable kernel = SocketTable.ofKernel();
        Assumptions.assumeTrue(kernel.isReadable());
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Socket client = new Socket("127.0.0.1", server.getLocalPort());
            try (Socket accepted = server.accept()) {
                Connection connection = connection(
                        accepted.getLocalAddress().getHostAddress(),
                        accepted.getLocalPort(),
                        accepted.getInetAddress().getHostAddress(),
                        accepted.getPort());
                assertThat(kernel.look(List.of(connection)).isOpen(connection)).isTrue();
                assertThat(kernel.look(List.of(connection)).isListening(connection))
                        .isTrue();

                client.close();

                assertThat(kernel.look(List.of(connection)).isOpen(connection)).isFalse();
            }
        }
    }

    @Test
    void of_noLiteral_isNull() {
        assertThat(Connection.of(null, 1, "127.0.0.1", 1)).isNull();
        assertThat(Connection.of("localhost", 1, "127.0.0.1", 1)).isNull();
        assertThat(Connection.of("127.0.0.1", 0, "127.0.0.1", 1)).isNull();
    }
}
