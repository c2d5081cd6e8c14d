// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import static io.anteroom.admin.api.Schemas.map;

import io.anteroom.admin.store.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Writes the OpenAPI 3.1 document of a table. */
public final class OpenApi {
    /** What else is in a path is refused by the server before the API sees it. */
    private static final String SEGMENT = "^[^\\u0000-\\u001f\\u007f-\\u009f/\\\\;%?#]+$";

    private static final Pattern NAME = Pattern.compile("\\{([^}]+)}");
    private static final Map<Integer, String> ABOUT = Map.ofEntries(
            Map.entry(400, "What was sent cannot be used."),
            Map.entry(401, "Nothing, or nothing that counts, proves who calls."),
            Map.entry(403, "Whoever calls may not do that."),
            Map.entry(404, "There is nothing of that name."),
            Map.entry(409, "It does not go together with how things stand, or has to be confirmed."),
            Map.entry(412, "Somebody else was quicker; both versions are in the answer."),
            Map.entry(413, "The body is too large."),
            Map.entry(415, "The body is of another type."),
            Map.entry(421, "The request was meant for another host."),
            Map.entry(428, "If-Match is missing."),
            Map.entry(429, "Too many calls in a minute."),
            Map.entry(500, "A fault of the server."),
            Map.entry(503, "The database cannot be used, there is no user yet, or too many calls are under way."));

    private OpenApi() {}

    /** The document. */
    public static Map<String, Object> document(RouteTable table) {
        Schemas schemas = new Schemas();
        Map<String, Object> paths = new LinkedHashMap<>();
        for (Route route : table.all()) {
            @SuppressWarnings("unchecked")
            Map<String, Object> path = (Map<String, Object>)
                    paths.computeIfAbsent(RouteTable.ROOT + route.path(), unknown -> new LinkedHashMap<>());
            path.put(route.method().toLowerCase(Locale.ROOT), operation(route, schemas));
        }
        Map<String, Object> components = new LinkedHashMap<>();
        components.put("schemas", schemas.components());
        schemas.components().put("Problem", problem());
        components.put("responses", responses());
        components.put(
                "securitySchemes",
                map(
                        "token", map("type", "http", "scheme", "bearer", "bearerFormat", "arm_..."),
                        "session", map("type", "apiKey", "in", "cookie", "name", "anteroom-session")));
        return map(
                "openapi",
                "3.1.0",
                "info",
                map(
                        "title", "Anteroom management",
                        "version", "1",
                        "description",
                                "What operators see and do. Compatible with GateFlow where it documents a route."),
                "paths",
                paths,
                "components",
                components);
    }

    private static Map<String, Object> operation(Route route, Schemas schemas) {
        Map<String, Object> operation = new LinkedHashMap<>();
        operation.put("operationId", operationId(route));
        operation.put("summary", route.summary());
        Role role = route.role();
        operation.put("x-role", role == null ? "anybody" : role.word());
        if (!route.area().isEmpty()) {
            operation.put("tags", List.of(route.area()));
        }
        List<Object> parameters = parameters(route);
        if (!parameters.isEmpty()) {
            operation.put("parameters", parameters);
        }
        Class<?> body = route.body();
        if (body != null || route.hasTree()) {
            Map<String, Object> schema = body == null ? map("type", "object") : schemas.of(body, true);
            operation.put(
                    "requestBody",
                    map("required", !route.isBodyOptional(), "content", map(Reply.JSON, map("schema", schema))));
        }
        operation.put("responses", answers(route, schemas));
        operation.put(
                "security", role == null ? List.of() : List.of(map("token", List.of()), map("session", List.of())));
        return operation;
    }

    private static String operationId(Route route) {
        return route.method().toLowerCase(Locale.ROOT)
                + route.path().replaceAll("[{}]", "").replaceAll("[^a-z0-9]+", "_");
    }

    private static List<Object> parameters(Route route) {
        List<Object> parameters = new ArrayList<>();
        Matcher names = NAME.matcher(route.path());
        while (names.find()) {
            parameters.add(map(
                    "name",
                    names.group(1),
                    "in",
                    "path",
                    "required",
                    true,
                    "schema",
                    map("type", "string", "minLength", 1, "pattern", SEGMENT)));
        }
        for (Route.Param param : route.params()) {
            parameters.add(map(
                    "name", param.name(),
                    "in", "query",
                    "required", false,
                    "description", param.about(),
                    "schema", schema(param)));
        }
        if (route.takesIfMatch()) {
            parameters.add(map(
                    "name", "If-Match",
                    "in", "header",
                    "required", true,
                    "description", "the ETag that the edit was made from",
                    "schema", map("type", "string")));
        }
        return parameters;
    }

    private static Map<String, Object> schema(Route.Param param) {
        return switch (param.type()) {
            case "integer" -> map("type", "integer", "minimum", param.min(), "maximum", param.max());
            case "boolean" -> map("type", "boolean");
            default ->
                param.pattern().isEmpty()
                        ? map("type", "string", "maxLength", param.max())
                        : map("type", "string", "pattern", "^(?:" + param.pattern() + ")$");
        };
    }

    private static Map<String, Object> answers(Route route, Schemas schemas) {
        Map<String, Object> answers = new LinkedHashMap<>();
        Map<String, Object> good = map("description", route.summary());
        Class<?> answer = route.answer();
        if (answer != null) {
            good.put("content", map(Reply.JSON, map("schema", schemas.of(answer, false))));
        } else if (route.status() != 204) {
            good.put("content", map(route.type(), map("schema", Map.of())));
        }
        answers.put(String.valueOf(route.status()), good);
        Set<Integer> statuses = new TreeSet<>(route.statuses());
        statuses.addAll(Set.of(400, 403, 421, 429, 500, 503));
        if (route.role() != null) {
            statuses.add(401);
        }
        if (route.path().contains("{")) {
            statuses.add(404);
        }
        statuses.forEach(
                status -> answers.put(String.valueOf(status), map("$ref", "#/components/responses/Problem" + status)));
        return answers;
    }

    private static Map<String, Object> responses() {
        Map<String, Object> responses = new LinkedHashMap<>();
        new java.util.TreeMap<>(ABOUT)
                .forEach((status, about) -> responses.put(
                        "Problem" + status,
                        map(
                                "description",
                                about,
                                "content",
                                map(
                                        "application/problem+json",
                                        map("schema", map("$ref", "#/components/schemas/Problem"))))));
        return responses;
    }

    private static Map<String, Object> problem() {
        return map(
                "type",
                "object",
                "description",
                "RFC 9457; further members say more about some problems.",
                "required",
                List.of("type", "title", "status", "code", "detail", "request_id"),
                "properties",
                map(
                        "type", map("type", "string", "description", "urn:anteroom:problem: and the code"),
                        "title", map("type", "string"),
                        "status", map("type", "integer"),
                        "code", map("type", "string", "description", "stable"),
                        "detail", map("type", "string", "description", "what was wrong, what is allowed"),
                        "request_id", map("type", "string", "description", "under which the server's log has it"),
                        "retry_after_seconds", map("type", "integer")),
                "additionalProperties",
                true);
    }
}
