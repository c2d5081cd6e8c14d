// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.anteroom.gateway.config.ConfigReader;
import io.anteroom.gateway.sim.ModelServer;
import io.anteroom.gateway.sim.ModelSettings;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Clients that send their bodies slowly, or never. */
final class SlowBodyTest {
    /** More than the gateway has threads. */
    private static final int MANY = 220;

    private static final String BODY = "{\"model\":\"m\",\"messages\":[],\"max_tokens\":1}";

    private final List<RawClient> clients = new ArrayList<>();
    private ModelServer model;
    private Gateway gateway;

    @BeforeEach
    void startModel() throws Exception {
        model = ModelServer.start(ModelSettings.ofSlots(8));
    }

    @AfterEach
    void stop() throws Exception {
        for (RawClient client : clients) {
            client.close();
        }
        gateway.close();
        model.close();
    }

    private void start(String listen) throws Exception {
        gateway = Gateway.start(new ConfigReader(name -> null)
                .parse("upstream: {url: '" + model.uri() + "'}\nlisten: {" + listen + "}\nlog: {access: false}\n"));
    }

    private RawClient client() throws Exception {
        RawClient client = new RawClient(gateway.uri().getPort());
        clients.add(client);
        return client;
    }

    private static String head(String framing) {
        return "POST /v1/chat/completions HTTP/1.1\r\nHost: gateway.test\r\nContent-Type: application/json\r\n"
                + framing + "\r\n\r\n";
    }

    @Test
    void moreSlowBodiesThanThreads_keepNobodyElseWaiting() throws Exception {
        start("port: 0");
        for (int i = 0; i < MANY; i++) {
            client().send(head("Content-Length: 1000") + "{");
        }

        RawClient other = client();
        other.send(head("Content-Length: " + BODY.length()) + BODY);

        assertThat(other.readHead()).startsWith("HTTP/1.1 200");
    }

    @Test
    void body_inPieces_arrivesWhole() throws Exception {
        start("port: 0");
        RawClient client = client();
        client.send(head("Transfer-Encoding: chunked"));
        for (char one : BODY.toCharArray()) {
            client.send("1\r\n" + one + "\r\n");
        }
        client.send("0\r\n\r\n");

        assertThat(client.readUntil("chat.completion")).startsWith("HTTP/1.1 200");
    }

    @Test
    void body_notWholeInTime_isRefused() throws Exception {
        start("port: 0, idle: 1s");
        RawClient client = client();
        client.send(head("Content-Length: 1000") + "{");

        String answer = client.readAll();

        assertThat(answer).startsWith("HTTP/1.1 408").contains("request_timeout", "Connection: close");
    }
}
