// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One who opens a live stream and reads nothing, beside one who reads; events are so large that no buffer hides it. */
final class StalledReaderTest {
    private static final Duration STALLED_AFTER = Duration.ofSeconds(1);
    private static final String LARGE = '"' + "x".repeat(512 << 10) + '"';

    private final Server server = new Server(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private final LiveStreams streams = new LiveStreams(() -> LARGE, Duration.ofMillis(50), STALLED_AFTER);

    private final class Opening extends HttpServlet {
        private static final long serialVersionUID = 1L;

        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            assertThat(streams.open(String.valueOf(request.getQueryString()), request, response, () -> true))
                    .isTrue();
        }
    }

    @BeforeEach
    void start() throws Exception {
        ServletContextHandler context = new ServletContextHandler();
        ServletHolder holder = new ServletHolder(new Opening());
        holder.setAsyncSupported(true);
        context.addServlet(holder, "/stream");
        server.setHandler(context);
        server.start();
    }

    @AfterEach
    void stop() throws Exception {
        streams.close();
        server.stop();
    }

    private Socket open(String user) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout(10_000);
        socket.connect(
                server.getConnectors()[0] instanceof ServerConnector connector
                        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), connector.getLocalPort())
                        : null);
        String request = "GET /stream?" + user + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    private int connections() {
        return ((ServerConnector) server.getConnectors()[0])
                .getConnectedEndPoints()
                .size();
    }

    private static void until(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime() - end).as("in vain: " + what).isNegative();
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** An event is many lines, as the chunks of the answer are parted by lines of their own. */
    private static void nextEvent(BufferedReader in) throws IOException {
        String line;
        do {
            line = in.readLine();
            assertThat(line).as("the other's stream goes on").isNotNull();
        } while (!line.startsWith("data: "));
    }

    /** How many events come until a condition holds. */
    private static int events(BufferedReader in, BooleanSupplier condition) throws IOException {
        int events = 0;
        while (!condition.getAsBoolean()) {
            String line = in.readLine();
            assertThat(line).as("the other's stream goes on").isNotNull();
            events += line.startsWith("data: ") ? 1 : 0;
        }
        return events;
    }

    @Test
    void reader_takesNothing_isCutOffInTime_andDelaysNoOther() throws Exception {
        try (Socket reading = open("reading");
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(reading.getInputStream(), StandardCharsets.UTF_8));
                Socket stalled = open("stalled")) {
            until("both watch", () -> streams.size() == 2);
            assertThat(connections()).isEqualTo(2);
            long begin = System.nanoTime();

            int meanwhile = events(in, () -> streams.size() == 1);
            long tookNanos = System.nanoTime() - begin;
            until("its connection is closed, though it has read nothing", () -> connections() == 1);
            for (int i = 0; i < 12; i++) {
                // More than the buffers on the way may still hold.
                nextEvent(in);
            }

            assertThat(stalled.isClosed()).isFalse();
            assertThat(tookNanos).isGreaterThan(STALLED_AFTER.toNanos() / 2);
            assertThat(meanwhile).isGreaterThan(3);
        }
    }
}
