// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.anteroom.admin.AdminServer;
import io.anteroom.admin.AdminServer.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Holds the answers of a running server to its own document, by an independent validator. */
final class OpenApiTest {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static AdminServer server;
    private static JsonNode document;

    @BeforeAll
    static void start() throws Exception {
        server = new AdminServer.Plan().start().setUp();
        document = server.call("GET", "/openapi.json", null).body();
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static List<String> problems(JsonNode schema, JsonNode body) {
        ObjectNode whole = MAPPER.createObjectNode();
        whole.put("$schema", "https://json-schema.org/draft/2020-12/schema");
        whole.set("components", document.path("components"));
        whole.setAll((ObjectNode) schema.deepCopy());
        JsonSchema judge =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(whole);
        Set<ValidationMessage> found = judge.validate(body);
        return found.stream().map(ValidationMessage::getMessage).toList();
    }

    /** Calls a route and judges the answer, whatever it is, by what the document says of its status. */
    private static String judge(Route route, String path, String body, String match) throws Exception {
        var request = server.request(route.method(), RouteTable.ROOT + path, body)
                .header("Authorization", "Bearer " + server.token());
        if (match != null) {
            request.header("If-Match", match);
        }
        Reply reply = server.send(request);
        JsonNode responses = document.at("/paths")
                .path(RouteTable.ROOT + route.path())
                .path(route.method().toLowerCase(java.util.Locale.ROOT))
                .path("responses");
        JsonNode response = responses.path(String.valueOf(reply.status()));
        if (response.isMissingNode()) {
            return route + ": " + reply.status() + " is not in the document: " + reply.body();
        }
        if (response.has("$ref")) {
            response = document.at(response.path("$ref").asText().substring(1));
        }
        String type =
                reply.http().headers().firstValue("Content-Type").orElse("").split(";")[0];
        JsonNode schema = response.path("content").path(type).path("schema");
        if (reply.http().body().isEmpty()) {
            return reply.status() == 204 ? "" : route + ": an empty answer";
        }
        if (schema.isMissingNode()) {
            return route + ": " + reply.status() + " with " + type + " is not in the document";
        }
        List<String> problems = problems(schema, reply.body());
        return problems.isEmpty() ? "" : route + ": " + reply.status() + ": " + problems + " " + reply.body();
    }

    private static String filled(Route route) {
        return route.path()
                .replace("{pool}", "llm")
                .replace("{user}", AdminServer.ADMIN)
                .replace("{revision}", "1")
                .replace("{key}", "judged")
                .replace("{caller}", "judged")
                .replace("{webhook}", "judged")
                .replaceAll("\\{[^}]+}", "1");
    }

    @Test
    void everyRoute_called_answersAsTheDocumentSays() throws Exception {
        server.call("POST", "/api-keys", "{\"name\": \"judged\", \"default_queue_priority\": \"high\"}");
        server.call(
                "POST",
                "/webhooks",
                "{\"name\": \"judged\", \"url\": \"https://hooks.example/x\", \"events\": [\"*\"]}");
        List<String> wrong = new ArrayList<>();
        for (Route route : server.admin().routes().all()) {
            boolean streams = route.path().equals("/stream") || route.path().equals("/audit/export");
            boolean ends = route.method().equals("DELETE");
            if (streams || ends) {
                continue;
            }
            boolean takesBody = route.body() != null || route.hasTree();
            wrong.add(judge(route, filled(route), takesBody ? "{}" : null, route.takesIfMatch() ? "\"1\"" : null));
            wrong.add(judge(route, filled(route) + "?nonsense=1", takesBody ? "[1]" : null, null));
        }
        wrong.removeIf(String::isEmpty);

        assertThat(wrong).isEmpty();
    }

    @Test
    void changes_made_answerAsTheDocumentSays() throws Exception {
        List<String> wrong = new ArrayList<>();
        wrong.add(judged(
                "POST",
                "/users",
                "{\"name\": \"judy\", \"role\": \"viewer\", \"password\": \"brown teapot 7 moons\"}"));
        wrong.add(judged("POST", "/tokens", "{\"name\": \"t\", \"role\": \"viewer\"}"));
        wrong.add(judged(
                "POST",
                "/api-keys",
                "{\"name\": \"k\", \"max_waiting\": 3, \"expires_at\": \"2027-01-01T00:00:00Z\"}"));
        wrong.add(judged("POST", "/queue-config", "{\"max_queue_size\": 77}"));
        wrong.add(judged("POST", "/pools/{pool}/hold", "{\"confirm\": 0}"));
        wrong.add(judged("POST", "/pools/{pool}/resume", null));
        wrong.add(judged("POST", "/webhooks", "{\"url\": \"https://hooks.example/y\", \"events\": [\"queue.full\"]}"));
        wrong.removeIf(String::isEmpty);

        assertThat(wrong).isEmpty();
    }

    private static String judged(String method, String template, String body) throws Exception {
        Route route = server.admin().routes().all().stream()
                .filter(each -> each.method().equals(method) && each.path().equals(template))
                .findFirst()
                .orElseThrow();
        String path = template.replace("{pool}", "llm");
        String judged = judge(route, path, body, null);
        return judged;
    }

    @Test
    void document_any_isWholeAndNamesEachRoute() {
        Set<String> operations = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path -> path.getValue()
                        .properties()
                        .forEach(operation -> operations.add(
                                operation.getValue().path("operationId").asText())));

        assertThat(document.path("openapi").asText()).isEqualTo("3.1.0");
        assertThat(operations).hasSize(server.admin().routes().all().size());
        String text = document.toString();
        for (String ref : text.split("\"\\$ref\":\"")) {
            if (ref.startsWith("#/")) {
                String pointer = ref.substring(1, ref.indexOf('"'));
                assertThat(document.at(pointer).isMissingNode()).as(pointer).isFalse();
            }
        }
        assertThat(server.admin().routes().all())
                .allMatch(route -> !route.summary().isEmpty());
    }
}
