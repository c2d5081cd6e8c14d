// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.anteroom.admin.AdminServer;
import io.anteroom.admin.AdminServer.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class SettingsRoutesTest {
    private AdminServer server;

    @BeforeEach
    void start() throws Exception {
        server = new AdminServer.Plan().start().setUp();
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private Reply get() throws Exception {
        return server.call("GET", "/settings", null);
    }

    private static String etag(Reply reply) {
        return reply.http().headers().firstValue("ETag").orElse("");
    }

    private Reply edit(String method, String path, String match, String body) throws Exception {
        return server.send(server.request(method, "/v1/management" + path, body)
                .header("Authorization", "Bearer " + server.token())
                .header("If-Match", match));
    }

    private static String withSlots(JsonNode document, int slots) {
        ((ObjectNode) document.path("pools").path("llm")).put("slots", slots);
        return document.toString();
    }

    private int slots() {
        return server.anteroom().pool("llm").settings().slots();
    }

    @Test
    void webhookAddresses_whoeverIsNoAdmin_seesTheHostOnly() throws Exception {
        Reply before = get();
        Reply made = edit(
                "PATCH",
                "/settings",
                etag(before),
                "{\"webhooks\": {\"hook\": {\"url\": \"https://example.com/hidden?token=hidden\"}}}");
        assertThat(made.status()).isEqualTo(200);
        assertThat(get().http().body()).as("an admin's").contains("token=hidden");
        String viewer = server.token("viewer");
        String operator = server.token("operator");

        for (String path : List.of("/settings", "/settings/history/2", "/settings/difference", "/webhooks")) {
            for (String token : List.of(viewer, operator)) {
                Reply seen = server.call(token, "GET", path, null);
                assertThat(seen.status()).as(path).isEqualTo(200);
                assertThat(seen.http().body())
                        .as(path)
                        .contains("https://example.com/…")
                        .doesNotContain("hidden");
            }
        }
        assertThat(made.http().body()).doesNotContain("hidden");
        assertThat(server.call("GET", "/audit", null).http().body()).doesNotContain("hidden");
    }

    @Test
    void put_changed_isInForceAndInTheHistory() throws Exception {
        Reply before = get();

        Reply reply = edit("PUT", "/settings?comment=more%20slots", etag(before), withSlots(before.body(), 7));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(slots()).isEqualTo(7);
        assertThat(reply.body().path("comment").asText()).isEqualTo("more slots");
        assertThat(reply.body().path("changes").get(0).path("path").asText()).isEqualTo("pools.llm.slots");
        assertThat(etag(get())).isEqualTo(etag(reply)).isNotEqualTo(etag(before));
        JsonNode latest = server.call("GET", "/settings/history", null)
                .body()
                .path("revisions")
                .get(0);
        assertThat(latest.path("comment").asText()).isEqualTo("more slots");
        assertThat(latest.path("by").asText()).contains("root-admin");
        JsonNode audit = server.call("GET", "/audit?deed=settings", null)
                .body()
                .path("entries")
                .get(0);
        assertThat(audit.path("deed").asText()).isEqualTo("settings.edit");
        assertThat(audit.path("detail").asText()).isEqualTo("pools.llm.slots: 1 → 7");
        assertThat(audit.path("role").asText()).isEqualTo("admin");
        assertThat(audit.path("address").asText()).isEqualTo("127.0.0.1");
        assertThat(audit.path("node").asText()).isEqualTo("node-1");
    }

    @Test
    void put_withoutIfMatch_isRefused() throws Exception {
        Reply reply = server.call("PUT", "/settings", get().body().toString());

        assertThat(reply.status()).isEqualTo(428);
        assertThat(reply.code()).isEqualTo("precondition_required");
    }

    @Test
    void put_stale_answersBothVersions() throws Exception {
        Reply first = get();
        JsonNode mine = first.body().deepCopy();
        edit("PUT", "/settings", etag(first), withSlots(first.body(), 3));

        Reply reply = edit("PUT", "/settings", etag(first), withSlots(mine, 5));

        assertThat(reply.status()).isEqualTo(412);
        assertThat(reply.body().at("/current/pools/llm/slots").asInt()).isEqualTo(3);
        assertThat(reply.body().at("/proposed/pools/llm/slots").asInt()).isEqualTo(5);
        assertThat(reply.body().at("/difference/0/path").asText()).isEqualTo("pools.llm.slots");
        assertThat(slots()).isEqualTo(3);
    }

    @Test
    void put_wrong_tellsEveryProblem() throws Exception {
        Reply before = get();
        ObjectNode pool = (ObjectNode) before.body().path("pools").path("llm");
        pool.put("slots", -1).put("no_such_key", 1);

        Reply reply = edit("PUT", "/settings", etag(before), before.body().toString());

        assertThat(reply.status()).isEqualTo(400);
        assertThat(reply.code()).isEqualTo("invalid_settings");
        assertThat(reply.body().path("errors").findValuesAsText("path"))
                .contains("pools.llm.slots", "pools.llm.no_such_key");
        assertThat(slots()).isEqualTo(1);
    }

    @Test
    void put_dryRun_changesNothing() throws Exception {
        Reply before = get();

        Reply reply = edit("PUT", "/settings?dry_run=true", etag(before), withSlots(before.body(), 9));

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.body().path("dry_run").asBoolean()).isTrue();
        assertThat(reply.body().at("/changes/0/after").asText()).isEqualTo("9");
        assertThat(slots()).isEqualTo(1);
        assertThat(etag(get())).isEqualTo(etag(before));
    }

    @Test
    void patch_oneMember_leavesTheRest() throws Exception {
        Reply reply = edit("PATCH", "/settings", etag(get()), "{\"pools\": {\"llm\": {\"slots\": 4}}}");

        assertThat(reply.status()).isEqualTo(200);
        assertThat(slots()).isEqualTo(4);
        assertThat(reply.body().path("changes")).hasSize(1);
    }

    @Test
    void rollback_olderRevision_isANewOne() throws Exception {
        Reply first = get();
        long number = Long.parseLong(etag(first).replace("\"", ""));
        Reply second = edit("PATCH", "/settings", etag(first), "{\"pools\": {\"llm\": {\"slots\": 4}}}");

        Reply back = edit("POST", "/settings/rollback", etag(second), "{\"revision\": " + number + "}");

        assertThat(back.status()).isEqualTo(200);
        assertThat(back.body().path("revision").asLong()).isEqualTo(number + 2);
        assertThat(slots()).isEqualTo(1);
        assertThat(edit("POST", "/settings/rollback", etag(back), "{\"revision\": 4711}")
                        .status())
                .isEqualTo(404);
        JsonNode changes = server.call("GET", "/settings/difference?from=" + number + "&to=" + (number + 1), null)
                .body();
        assertThat(changes.at("/changes/0/after").asText()).isEqualTo("4");
    }

    @Test
    void exportAndImport_another_comesBack() throws Exception {
        Reply exported = server.call("GET", "/settings/export", null);
        Reply changed = edit("PATCH", "/settings", etag(exported), "{\"pools\": {\"llm\": {\"slots\": 4}}}");

        Reply back =
                edit("POST", "/settings/import", etag(changed), exported.http().body());

        assertThat(back.status()).isEqualTo(200);
        assertThat(slots()).isEqualTo(1);
        assertThat(exported.http().headers().firstValue("Content-Disposition").orElse(""))
                .contains("anteroom-settings-");
    }

    @Test
    void viewers_settings_seeNoWholeHash() throws Exception {
        server.call("POST", "/api-keys", "{\"name\": \"crawler\"}");
        String hash = server.desk()
                .current()
                .settings()
                .callers()
                .byName()
                .get("crawler")
                .sha256();
        String viewer = server.token("viewer");

        assertThat(get().http().body()).contains(hash);
        assertThat(server.call(viewer, "GET", "/settings", null).http().body())
                .contains(hash.substring(0, 8) + "…")
                .doesNotContain(hash.substring(40));
        long number = server.desk().current().number();
        assertThat(server.call(viewer, "GET", "/settings/history/" + number, null)
                        .http()
                        .body())
                .doesNotContain(hash.substring(40));
        assertThat(server.call("GET", "/audit", null).http().body()).doesNotContain(hash.substring(40));
    }

    @Test
    void fiftyEditorsAtOnce_noEditIsLost() throws Exception {
        ExecutorService editors = Executors.newFixedThreadPool(50);
        List<Future<Integer>> ends = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            String name = "key-of-" + i;
            ends.add(editors.submit(() -> server.call("POST", "/api-keys", "{\"name\": \"" + name + "\"}")
                    .status()));
        }
        int made = 0;
        for (Future<Integer> end : ends) {
            made += end.get() == 201 ? 1 : 0;
        }
        editors.shutdown();

        assertThat(server.desk().current().settings().callers().byName()).hasSize(made);
        assertThat(made).isGreaterThan(20);
    }

    /** Each adds one to what it sees, and goes on from what its refusal shows. */
    private List<Reply> addOneEach(int editors) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(editors);
        Reply seen = get();
        List<Future<List<Reply>>> ends = new ArrayList<>();
        for (int i = 0; i < editors; i++) {
            ends.add(threads.submit(() -> addOne(seen)));
        }
        List<Reply> refusals = new ArrayList<>();
        for (Future<List<Reply>> end : ends) {
            refusals.addAll(end.get());
        }
        threads.shutdown();
        return refusals;
    }

    private List<Reply> addOne(Reply seen) throws Exception {
        List<Reply> refusals = new ArrayList<>();
        String match = etag(seen);
        int slots = seen.body().at("/pools/llm/slots").asInt();
        while (true) {
            Reply reply = edit("PATCH", "/settings", match, "{\"pools\": {\"llm\": {\"slots\": " + (slots + 1) + "}}}");
            if (reply.status() == 200) {
                return refusals;
            }
            if (reply.status() == 503 && reply.code().equals("busy")) {
                continue;
            }
            refusals.add(reply);
            assertThat(reply.status()).as(reply.http().body()).isEqualTo(412);
            assertThat(reply.body().at("/proposed/pools/llm/slots").asInt()).isEqualTo(slots + 1);
            match = etag(reply);
            slots = reply.body().at("/current/pools/llm/slots").asInt();
        }
    }

    @Test
    void fiftyEditorsAtOnce_withIfMatch_loseNothing_andEachRefusalHasBothVersions() throws Exception {
        List<Reply> refusals = addOneEach(50);

        assertThat(slots()).isEqualTo(51);
        assertThat(refusals).isNotEmpty().allSatisfy(refusal -> {
            JsonNode body = refusal.body();
            assertThat(refusal.http().headers().firstValue("Content-Type").orElse(""))
                    .startsWith("application/problem+json");
            assertThat(refusal.code()).isEqualTo("stale_edit");
            assertThat(etag(refusal))
                    .isEqualTo('"' + body.path("current_revision").asText() + '"');
            assertThat(body.path("current_by").asText()).contains(AdminServer.ADMIN);
            int current = body.at("/current/pools/llm/slots").asInt();
            int proposed = body.at("/proposed/pools/llm/slots").asInt();
            boolean isEqual = current == proposed;
            assertThat(body.path("difference")).hasSize(isEqual ? 0 : 1);
            if (!isEqual) {
                assertThat(body.at("/difference/0/path").asText()).isEqualTo("pools.llm.slots");
                assertThat(body.at("/difference/0/before").asText()).isEqualTo(String.valueOf(current));
                assertThat(body.at("/difference/0/after").asText()).isEqualTo(String.valueOf(proposed));
            }
            assertThat(body.path("current").has("callers"))
                    .isEqualTo(body.path("proposed").has("callers"));
        });
    }

    @Test
    void readOnly_edits_areRefusedWithTheReason() throws Exception {
        server.close();
        server = new AdminServer.Plan()
                .builder(builder -> builder.settingsReadOnly("anteroom.yaml"))
                .start()
                .setUp();

        Reply reply = edit("PATCH", "/settings", etag(get()), "{\"pools\": {\"llm\": {\"slots\": 4}}}");

        assertThat(reply.status()).isEqualTo(409);
        assertThat(reply.body().path("detail").asText()).contains("anteroom.yaml");
        assertThat(server.call("POST", "/api-keys", "{\"name\": \"a\"}").status())
                .isEqualTo(409);
        assertThat(slots()).isEqualTo(1);
    }
}
