// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.api;

import io.anteroom.admin.store.AuditEntry;
import io.anteroom.admin.store.AuditFilter;
import io.anteroom.admin.store.AuditOrigin;
import io.anteroom.admin.store.AuditTrail;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes the audit log to a file, newest first, a page at a time, at most {@value #MOST} entries. If there are more, a
 * last entry {@value #INCOMPLETE} says so: half of a log must not look like the whole. Safe from any thread.
 */
public final class AuditExport {
    /** The deed of an entry that is none, at the end of a file which is not the whole. */
    public static final String INCOMPLETE = "audit.incomplete";

    static final int MOST = 100_000;
    private static final String HEAD = "id,at,actor,role,address,node,deed,subject,outcome,detail\r\n";

    private final AuditTrail trail;
    private final AuditFilter filter;
    private final int most;

    /** What fits a filter. */
    public AuditExport(AuditTrail trail, AuditFilter filter) {
        this(trail, filter, MOST);
    }

    AuditExport(AuditTrail trail, AuditFilter filter, int most) {
        this.trail = trail;
        this.filter = filter;
        this.most = most;
    }

    private interface Sink {
        void add(AuditRoutes.EntryView entry) throws IOException;
    }

    private void each(Sink sink) throws IOException {
        int written = 0;
        AuditEntry last = null;
        while (true) {
            long before = last == null ? Long.MAX_VALUE : last.id();
            List<AuditEntry> page = trail.page(filter, before, AuditTrail.MOST_PER_PAGE);
            for (AuditEntry entry : page) {
                if (written == most && last != null) {
                    sink.add(AuditRoutes.EntryView.of(incomplete(last)));
                    return;
                }
                sink.add(AuditRoutes.EntryView.of(entry));
                last = entry;
                written++;
            }
            if (page.size() < AuditTrail.MOST_PER_PAGE) {
                return;
            }
        }
    }

    private AuditEntry incomplete(AuditEntry last) {
        return new AuditEntry(
                0,
                last.at(),
                "",
                INCOMPLETE,
                "a file has " + most + " entries at most; older ones are missing",
                "for the rest ask with to=" + last.at().plusMillis(1),
                AuditEntry.Outcome.FAILED,
                AuditOrigin.NONE);
    }

    private static Writer writer(OutputStream out) {
        return new BufferedWriter(new OutputStreamWriter(out, StandardCharsets.UTF_8));
    }

    /** As lines of a table, for spreadsheets. The stream stays open. */
    public void writeCsv(OutputStream out) throws IOException {
        Writer writer = writer(out);
        writer.append(HEAD);
        each(entry -> writer.append(entry.csv()).append("\r\n"));
        writer.flush();
    }

    /** As an array. The stream stays open. */
    public void writeJson(OutputStream out) throws IOException {
        Writer writer = writer(out);
        writer.append('[');
        String[] between = {""};
        each(entry -> {
            writer.append(between[0]).append(Json.write(entry));
            between[0] = ",\n";
        });
        writer.append("]\n");
        writer.flush();
    }
}
