// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.anteroom.admin.AdminServer;
import io.anteroom.admin.AdminServer.Reply;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every text that the API takes, filled with what breaks careless programs: refused by name, or stored as it is. */
final class HostileStringsTest {
    private static final ObjectMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final Pattern CELL = Pattern.compile("(?:^|,)(?:\"((?:[^\"]|\"\")*)\"|([^,\"]*))");
    private static final String OTHERS = """
            {"groups": {"team": {"priority": "high"}},
             "webhooks": {"judged": {"url": "https://hooks.example/j", "events": ["*"]}}}""";

    private final List<String> wrong = new ArrayList<>();
    private final List<String> logged = new ArrayList<>();
    private final Handler listening = new Handler() {
        @Override
        public void publish(LogRecord entry) {
            logged.add(String.valueOf(entry.getMessage()));
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    };
    private AdminServer server;
    private RequestBodies bodies;

    @BeforeEach
    void start() throws Exception {
        Logger.getLogger("io.anteroom").addHandler(listening);
        server = new AdminServer.Plan().start().setUp();
        bodies = new RequestBodies(server.call("GET", "/openapi.json", null).body());
        server.call("POST", "/api-keys", "{\"name\": \"judged\"}");
        Reply added = edit("PATCH", MAPPER.readTree(OTHERS));
        assertThat(added.status()).as(added.http().body()).isEqualTo(200);
    }

    @AfterEach
    void stop() {
        Logger.getLogger("io.anteroom").removeHandler(listening);
        server.close();
    }

    private Reply edit(String method, JsonNode body) throws Exception {
        String etag = server.call("GET", "/settings", null)
                .http()
                .headers()
                .firstValue("ETag")
                .orElse("");
        return server.send(server.request(method, RouteTable.ROOT + "/settings", json(body))
                .header("Authorization", "Bearer " + server.token())
                .header("If-Match", etag));
    }

    private static String json(JsonNode body) throws JsonProcessingException {
        return MAPPER.writeValueAsString(body);
    }

    private static String filled(String path) {
        return path.replace("{pool}", "llm")
                .replace("{key}", "judged")
                .replace("{webhook}", "judged")
                .replaceAll("\\{[^}]+}", "1");
    }

    private List<Route> routes() {
        return server.admin().routes().all();
    }

    private static String shown(String text) throws JsonProcessingException {
        String json = MAPPER.writeValueAsString(text);
        return json.length() > 60 ? json.substring(0, 60) + "..." : json;
    }

    @Test
    void bodies_hostileInEachText_areRefusedByName_orStoredAsTheyAre() throws Exception {
        int texts = 0;
        for (Route route : routes()) {
            if (route.body() == null) {
                continue;
            }
            JsonNode schema = bodies.schema(route);
            Reply usual = call(route, bodies.usual(schema));
            if (usual.status() == 400 || isFault(usual)) {
                wrong.add(route + ": the usual body is refused, teach RequestBodies a better one: " + usual.body());
            }
            for (String pointer : bodies.texts(schema)) {
                texts++;
                for (String hostile : HostileStrings.ALL) {
                    JsonNode body = RequestBodies.with(bodies.usual(schema), pointer, hostile);
                    judge(route + " " + pointer + " " + shown(hostile), pointer, hostile, call(route, body));
                }
            }
        }

        assertThat(wrong).isEmpty();
        assertThat(texts).isGreaterThan(30);
        judgeWhatIsWrittenDown();
    }

    private Reply call(Route route, JsonNode body) throws Exception {
        return server.call(route.method(), filled(route.path()), json(body));
    }

    private static boolean isFault(Reply reply) {
        return reply.status() >= 500 && !reply.code().equals("no_sender");
    }

    private void judge(String what, String pointer, String hostile, Reply reply) {
        String member = RequestBodies.member(pointer);
        boolean isProblem =
                reply.http().headers().firstValue("Content-Type").orElse("").startsWith("application/problem+json");
        if (isFault(reply) || (reply.status() >= 400 && !isProblem)) {
            wrong.add(what + ": " + reply.status() + " " + reply.http().body());
        } else if (reply.status() == 400) {
            String detail = reply.body().path("detail").asText();
            boolean isNamed = detail.contains(member)
                    || reply.body().path("errors").findValuesAsText("path").stream()
                            .anyMatch(path -> path.contains(member));
            if (!isNamed || detail.chars().anyMatch(Character::isISOControl)) {
                wrong.add(what + ": refused without its name, or on two lines: " + reply.body());
            }
        } else if (reply.status() < 300) {
            for (JsonNode stored : reply.body().findValues(member)) {
                if (stored.isTextual() && !stored.asText().equals(hostile)) {
                    wrong.add(what + ": stored as " + stored);
                }
            }
        }
    }

    @Test
    void settings_hostileInEachTextAndName_areRefusedByPath_orStoredAsTheyAre() throws Exception {
        JsonNode whole = server.call("GET", "/settings", null).body();
        List<String> pointers = RequestBodies.textsIn(whole);
        for (String pointer : pointers) {
            for (String hostile : HostileStrings.ALL) {
                String what = "PUT /settings " + pointer + " " + shown(hostile);
                Reply reply = edit("PUT", RequestBodies.with(whole, pointer, hostile));
                judge(what, pointer, hostile, reply);
                JsonNode now = server.call("GET", "/settings", null).body();
                if (reply.status() == 200 && !now.at(pointer).asText().equals(hostile)) {
                    wrong.add(what + ": given back as " + now.at(pointer));
                }
            }
        }
        for (String hostile : HostileStrings.ALL) {
            for (String of : List.of("pools", "groups", "callers", "webhooks")) {
                JsonNode known = whole.path(of).elements().next();
                JsonNode named = MAPPER.createObjectNode().set(hostile, known);
                Reply reply = edit("PATCH", MAPPER.createObjectNode().set(of, named));
                Reply now = server.call("GET", "/settings", null);
                boolean isStored = now.body().path(of).has(hostile);
                if (isFault(reply) || now.status() != 200 || isStored != (reply.status() == 200)) {
                    wrong.add(of + " " + shown(hostile) + ": " + reply.body() + ", then " + now.status());
                }
            }
        }

        assertThat(wrong).isEmpty();
        assertThat(pointers).hasSizeGreaterThan(5);
        judgeWhatIsWrittenDown();
    }

    @Test
    void queriesAndPaths_hostile_areRefused_orAnswered() throws Exception {
        for (Route route : routes()) {
            if (!route.method().equals("GET") || route.path().equals("/stream")) {
                continue;
            }
            for (String hostile : HostileStrings.ALL) {
                String encoded = URLEncoder.encode(
                                hostile.substring(0, Math.min(2000, hostile.length())), StandardCharsets.UTF_8)
                        .replace("+", "%20");
                for (Route.Param param : route.params()) {
                    String what = route + "?" + param.name() + "=" + shown(hostile);
                    Reply reply = server.call("GET", filled(route.path()) + "?" + param.name() + "=" + encoded, null);
                    judge(what, "/" + param.name(), hostile, reply);
                }
                if (route.path().contains("{") && !encoded.isBlank()) {
                    Reply reply = server.call(
                            "GET", route.path().replaceAll("\\{[^}]+}", Matcher.quoteReplacement(encoded)), null);
                    if (isFault(reply)) {
                        wrong.add(route + " " + shown(hostile) + ": "
                                + reply.http().body());
                    }
                }
            }
        }

        assertThat(wrong).isEmpty();
    }

    /** One line for each entry, no cell a formula, and nothing in the log that begins a line of its own. */
    private void judgeWhatIsWrittenDown() throws Exception {
        JsonNode entries = server.call("GET", "/audit/export?format=json", null).body();
        String csv = server.call("GET", "/audit/export?format=csv", null).http().body();
        String[] lines = csv.split("\r\n|[\r\n\\u0085\\u2028\\u2029]");

        // The second export is an entry of itself, and none of the first.
        assertThat(lines).hasSize(entries.size() + 2);
        for (String line : lines) {
            Matcher cells = CELL.matcher(line);
            int count = 0;
            for (int end = 0; cells.find(end) && end < line.length(); end = cells.end()) {
                count++;
                String cell = String.valueOf(cells.group(cells.group(1) == null ? 2 : 1));
                assertThat(cell.stripLeading()).doesNotContainPattern("^[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20]");
                assertThat(cell.chars().filter(Character::isISOControl)).isEmpty();
            }
            assertThat(count).as(line).isEqualTo(10);
        }
        assertThat(logged).allMatch(line -> line.chars().noneMatch(Character::isISOControl));
    }
}
