// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.server;

import static io.anteroom.gateway.server.Saturation.see;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anteroom.admin.web.Keyboard;
import io.anteroom.admin.web.Tab;
import io.anteroom.gateway.upstream.UpstreamView;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A fallback's backends have a colon in their names, which stands in paths: operators reach them like others. */
final class FallbackOrdersTest {
    private static final String NAME = "fallback:llm-1";

    @TempDir
    private Path folder;

    private Saturation world;
    private Gateway gateway;

    @BeforeEach
    void start() throws Exception {
        world = new Saturation();
        gateway = world.start(folder, "pools: {llm: {slots: 1, fallback: {upstream: 'http://127.0.0.1:1'}}}\n");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    private List<String> states() {
        return gateway.upstreams().views().stream().map(UpstreamView::state).toList();
    }

    private JsonNode order(String name, String verb) throws Exception {
        HttpResponse<String> answer = world.manage(gateway, "POST", "/upstreams/" + name + "/" + verb, "");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return new ObjectMapper().readTree(answer.body());
    }

    @ParameterizedTest
    @ValueSource(strings = {NAME, "fallback%3Allm-1", "fallback%3allm-1"})
    void api_drainsAndUsesAgain(String name) throws Exception {
        assertThat(world.manage(gateway, "GET", "/upstreams", "").body()).contains("\"id\":\"" + NAME + "\"");

        assertThat(order(name, "drain").path("state").asText()).isEqualTo("drained");
        assertThat(states()).containsExactly("up", "drained");
        assertThat(order(name, "undrain").path("id").asText()).isEqualTo(NAME);
        assertThat(states()).containsExactly("up", "up");
        assertThat(order(name, "reset").path("breaker").asText())
                .as("it has none")
                .isEqualTo("off");
        assertThat(world.manage(gateway, "GET", "/audit", "").body())
                .contains("upstream.drain", "upstream.undrain", "upstream.reset", "\"" + NAME + "\"");
    }

    @Test
    void pages_drainAndUseAgain() {
        try (Tab tab = Saturation.window(gateway)) {
            Keyboard keys = Keyboard.of(tab);
            keys.go('u');
            see(tab, "#places th", NAME);
            assertThat(tab.text()).as("a fallback has no breaker").doesNotContain("Close breaker");

            keys.enter("Drain " + NAME);
            see(tab, ".notice", NAME + " is sent nothing new");
            assertThat(states()).containsExactly("up", "drained");

            keys.enter("Use again " + NAME);
            see(tab, ".notice", NAME + " is sent requests again");
            assertThat(states()).containsExactly("up", "up");
            tab.check();
        }
    }
}
