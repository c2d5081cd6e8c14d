// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class DemoTest {
    private final StringWriter shown = new StringWriter();

    @Test
    void demo_showsTheQueue_andTheWayIntoIt() throws Exception {
        boolean good = new Demo(new PrintWriter(shown, true), false).run(0, Duration.ofSeconds(3));

        assertThat(good).isTrue();
        assertThat(shown.toString()).contains("curl -N http://127.0.0.1:", " of 8  waiting ", "0 let in too many");
    }

    @Test
    void demo_onATerminal_drawsOverItself() throws Exception {
        new Demo(new PrintWriter(shown, true), true).run(0, Duration.ofSeconds(2));

        assertThat(shown.toString()).contains("\u001b[", "level     waiting   p95 wait", "critical", "estimate");
    }

    @Test
    void demo_whosePortIsTaken_takesAnother() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            new Demo(new PrintWriter(shown, true), false).run(taken.getLocalPort(), Duration.ofMillis(100));

            assertThat(shown.toString())
                    .contains("Anteroom at http://127.0.0.1:")
                    .doesNotContain(":" + taken.getLocalPort());
        }
    }
}
