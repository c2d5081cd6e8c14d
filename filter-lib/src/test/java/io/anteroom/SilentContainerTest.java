// SPDX-License-Identifier: Apache-2.0
package io.anteroom;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.admission.PoolSettings;
import io.anteroom.event.QueueEvent.Kind;
import io.anteroom.servlet.CallerPolicy;
import jakarta.servlet.Filter;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletResponse;
import jakarta.servlet.http.HttpServletResponseWrapper;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A container that never says that the application may write: Tomcat did so for a client that had left by HTTP/2. */
final class SilentContainerTest {
    private static final Filter SILENT = (request, response, chain) ->
            chain.doFilter(request, new HttpServletResponseWrapper((HttpServletResponse) response) {
                @Override
                public ServletOutputStream getOutputStream() throws IOException {
                    return new Silent(super.getOutputStream());
                }
            });

    private static final class Silent extends ServletOutputStream {
        private final ServletOutputStream out;

        Silent(ServletOutputStream out) {
            this.out = out;
        }

        @Override
        public boolean isReady() {
            return out.isReady();
        }

        @Override
        public void setWriteListener(WriteListener listener) {}

        @Override
        public void write(int value) throws IOException {
            out.write(value);
        }
    }

    @Test
    void applicationIsNeverToldToWrite_losesItsSlotAfterWriteIdle() throws Exception {
        Anteroom.Builder oneSlot = Anteroom.builder()
                .pool("llm", PoolSettings.ofSlots(1))
                .policy(CallerPolicy.TRUSTED)
                .writeIdle(Duration.ofMillis(500));
        try (TestServer server = TestServer.start(oneSlot, SILENT);
                Socket socket = new Socket("localhost", server.port())) {
            socket.getOutputStream()
                    .write("GET /asyncflood HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            server.awaitRunning(1);

            server.awaitIdle();

            assertThat(server.count(Kind.RELEASED)).isEqualTo(1);
        }
    }
}
