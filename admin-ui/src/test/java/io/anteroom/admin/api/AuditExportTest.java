// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.anteroom.admin.AdminServer;
import io.anteroom.admin.AdminServer.Reply;
import io.anteroom.admin.store.AuditEntry;
import io.anteroom.admin.store.AuditFilter;
import io.anteroom.admin.store.AuditTrail;
import io.anteroom.admin.store.Database;
import io.anteroom.admin.store.MemoryAuditTrail;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;

/** Half of a log never looks like the whole. */
final class AuditExportTest {
    private static final Instant NOW = Instant.parse("2026-11-21T09:15:00.123Z");
    private static final String PAGES = "from audit_entry where id <";

    /** How many pages of the log can be read before the database fails. */
    private final AtomicInteger pages = new AtomicInteger(Integer.MAX_VALUE);

    private static AuditTrail trail(int entries, int longDetail) {
        MemoryAuditTrail trail = new MemoryAuditTrail();
        fill(trail, entries, longDetail);
        return trail;
    }

    private static void fill(AuditTrail trail, int entries, int longDetail) {
        for (int i = 1; i <= entries; i++) {
            trail.add(new AuditEntry(0, NOW.plusMillis(i), "ada", "x.y", "s" + i, "d".repeat(longDetail)));
        }
    }

    private static String csv(AuditTrail trail, int most) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new AuditExport(trail, AuditFilter.ALL, most).writeCsv(out);
        return out.toString(StandardCharsets.UTF_8);
    }

    private static JsonNode json(AuditTrail trail, int most) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new AuditExport(trail, AuditFilter.ALL, most).writeJson(out);
        return new ObjectMapper().readTree(out.toByteArray());
    }

    @Test
    void write_asManyAsThereMayBe_isTheWholeAndSaysNothing() throws Exception {
        for (int entries : new int[] {0, 1, 199, 200, 201, 400}) {
            AuditTrail trail = trail(entries, 1);

            assertThat(csv(trail, 400).split("\r\n")).hasSize(entries + 1);
            assertThat(json(trail, 400)).hasSize(entries);
            assertThat(csv(trail, 400)).doesNotContain(AuditExport.INCOMPLETE);
        }
    }

    @Test
    void write_more_endsWithAnEntryThatSaysSo() throws Exception {
        AuditTrail trail = trail(401, 1);

        JsonNode entries = json(trail, 400);
        JsonNode last = entries.get(400);

        assertThat(entries).hasSize(401);
        assertThat(entries.get(399).path("subject").asText()).isEqualTo("s2");
        assertThat(last.path("deed").asText()).isEqualTo("audit.incomplete");
        assertThat(last.path("id").asLong()).isZero();
        assertThat(last.path("detail").asText()).contains("to=" + NOW.plusMillis(3));
        assertThat(csv(trail, 400).split("\r\n")[401]).startsWith("0,").contains("older ones are missing");
    }

    /** Connections to a database that reads some pages of the log, and then no more. */
    private DataSource failing() {
        JdbcDataSource real = new JdbcDataSource();
        real.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        real.setUser("sa");
        return (DataSource) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {DataSource.class}, (proxy, method, values) -> {
                    Object made = invoke(() -> method.invoke(real, values));
                    return made instanceof Connection connection ? watched(connection) : made;
                });
    }

    private Connection watched(Connection real) {
        return (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, values) -> {
                    boolean isPage = method.getName().equals("prepareStatement")
                            && String.valueOf(values[0]).contains(PAGES);
                    if (isPage && pages.getAndDecrement() <= 0) {
                        throw new SQLException("the disk is gone");
                    }
                    return invoke(() -> method.invoke(real, values));
                });
    }

    private interface Call {
        Object call() throws ReflectiveOperationException;
    }

    private static Object invoke(Call call) throws Throwable {
        try {
            return call.call();
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    private AdminServer server() throws Exception {
        Database database = Database.of(failing());
        return new AdminServer.Plan()
                .builder(builder -> builder.database(database))
                .start()
                .setUp();
    }

    @Test
    void export_breaksOffBeforeAnythingIsSent_isToldAsAProblem() throws Exception {
        try (AdminServer server = server()) {
            fill(server.admin().trail(), 250, 1);
            for (int read = 0; read < 2; read++) {
                for (String format : new String[] {"csv", "json"}) {
                    pages.set(read);
                    Reply reply = server.call("GET", "/audit/export?format=" + format, null);

                    assertThat(reply.status()).as(read + " pages, " + format).isEqualTo(503);
                    assertThat(reply.code()).isEqualTo("storage_unavailable");
                    assertThat(reply.http().body()).startsWith("{").doesNotContain("ada");
                    assertThat(reply.http().headers().firstValue("Content-Disposition"))
                            .hasValue("inline");
                }
            }
            pages.set(Integer.MAX_VALUE);
            assertThat(server.call("GET", "/audit/export?format=csv", null).status())
                    .isEqualTo(200);
        }
    }

    @Test
    void export_breaksOffAfterAHalfIsSent_endsAsABrokenTransfer() throws Exception {
        try (AdminServer server = server()) {
            fill(server.admin().trail(), 450, 1000);
            pages.set(2);

            assertThatThrownBy(() -> server.call("GET", "/audit/export?format=csv", null))
                    .isInstanceOf(IOException.class);
        }
    }
}
