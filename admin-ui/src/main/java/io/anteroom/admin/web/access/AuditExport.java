// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.access;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.anteroom.admin.api.Text;
import io.anteroom.admin.store.AuditEntry;
import io.anteroom.admin.store.AuditFilter;
import io.anteroom.admin.store.AuditTrail;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes the audit log to a file, newest first, at most {@value #MOST} entries, a page at a time. */
final class AuditExport {
    static final int MOST = 100_000;
    private static final JsonFactory JSON = new JsonFactory();

    private AuditExport() {}

    private interface Sink {
        void add(AuditEntry entry) throws IOException;
    }

    private static void each(AuditTrail trail, AuditFilter filter, Sink sink) throws IOException {
        long before = Long.MAX_VALUE;
        for (int count = 0; count < MOST; ) {
            List<AuditEntry> page = trail.page(filter, before, AuditTrail.MOST_PER_PAGE);
            for (AuditEntry entry : page) {
                sink.add(entry);
                before = entry.id();
            }
            count += page.size();
            if (page.size() < AuditTrail.MOST_PER_PAGE) {
                return;
            }
        }
    }

    static void writeCsv(AuditTrail trail, AuditFilter filter, OutputStream out) throws IOException {
        Writer writer = new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
        row(writer, List.of("id", "at", "actor", "role", "address", "node", "deed", "subject", "outcome", "detail"));
        each(trail, filter, entry -> row(writer, values(entry)));
        writer.flush();
    }

    private static List<String> values(AuditEntry entry) {
        return List.of(
                Long.toString(entry.id()),
                entry.at().toString(),
                entry.actor(),
                entry.origin().role(),
                entry.origin().address(),
                entry.origin().node(),
                entry.deed(),
                entry.subject(),
                entry.outcome().word(),
                entry.detail());
    }

    private static void row(Writer writer, List<String> values) throws IOException {
        for (int i = 0; i < values.size(); i++) {
            writer.append(i == 0 ? "" : ",").append(Text.cell(values.get(i)));
        }
        writer.append("\r\n");
    }

    static void writeJson(AuditTrail trail, AuditFilter filter, OutputStream out) throws IOException {
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.disable(JsonGenerator.Feature.AUTO_CLOSE_TARGET);
            json.writeStartArray();
            each(trail, filter, entry -> writeJson(json, entry));
            json.writeEndArray();
        }
    }

    private static void writeJson(JsonGenerator json, AuditEntry entry) throws IOException {
        json.writeStartObject();
        json.writeNumberField("id", entry.id());
        json.writeStringField("at", entry.at().toString());
        json.writeStringField("actor", entry.actor());
        json.writeStringField("role", entry.origin().role());
        json.writeStringField("address", entry.origin().address());
        json.writeStringField("node", entry.origin().node());
        json.writeStringField("deed", entry.deed());
        json.writeStringField("subject", entry.subject());
        json.writeStringField("outcome", entry.outcome().word());
        json.writeStringField("detail", entry.detail());
        json.writeEndObject();
    }
}
