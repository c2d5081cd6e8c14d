// SPDX-License-Identifier: Apache-2.0
package io.anteroom.gateway.proxy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Understands the first event of a stream as far as it says that the engine is too busy to serve the request. */
final class FirstEvent {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Set<Integer> BUSY_CODES = Set.of(429, 502, 503, 504, 529);
    private static final Pattern BUSY_WORDS = Pattern.compile(
            "overloaded|queue.{0,20}full|full.{0,20}queue|server (is )?busy|too many (pending|concurrent|requests)"
                    + "|no (free |available )?(slot|capacity)|out of capacity|service.?unavailable|rate.?limit");

    private static final List<String> FIELDS = List.of("data:", "event:", "id:", "retry:");

    private static final byte[] DATA = "data:".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] ERROR = "error".getBytes(StandardCharsets.US_ASCII);

    private FirstEvent() {}

    /** Loads what the first request would have to wait for. */
    static void prepare() {
        judge("data: {\"error\":{\"code\":503}}\n".getBytes(StandardCharsets.UTF_8));
    }

    /** What has been found. */
    enum Verdict {
        /** There is no whole event yet. */
        UNDECIDED,
        /** Something that the client should see. */
        FINE,
        /** Another backend may do better. */
        BUSY
    }

    static boolean isStream(String contentType) {
        return contentType.regionMatches(true, 0, "text/event-stream", 0, 17)
                || contentType.regionMatches(true, 0, "application/x-ndjson", 0, 20);
    }

    /**
     * Whether the bytes begin with a whole line of data that says nothing of errors, as those of nearly all streams do.
     * Looked at in place, as that is all that has to be known of them.
     */
    static boolean isPlain(ByteBuffer bytes) {
        int at = bytes.position();
        if (!startsWith(bytes, at, DATA)) {
            return false;
        }
        for (int i = at + DATA.length; i < bytes.limit(); i++) {
            byte next = bytes.get(i);
            if (next == '\n') {
                return true;
            }
            if (next == ERROR[0] && startsWith(bytes, i, ERROR)) {
                return false;
            }
        }
        return false;
    }

    private static boolean startsWith(ByteBuffer bytes, int at, byte[] what) {
        if (bytes.limit() - at < what.length) {
            return false;
        }
        for (int i = 0; i < what.length; i++) {
            if (bytes.get(at + i) != what[i]) {
                return false;
            }
        }
        return true;
    }

    /** Judges the beginning of a stream: server-sent events, or lines of JSON. */
    static Verdict judge(byte[] begin) {
        String text = new String(begin, StandardCharsets.UTF_8);
        int at = 0;
        while (at < text.length()) {
            int end = text.indexOf('\n', at);
            String line = (end < 0 ? text.substring(at) : text.substring(at, end)).strip();
            if (line.startsWith("{") || line.startsWith("data:")) {
                return end < 0 ? partial(line) : judge(line);
            }
            if (line.startsWith(":") || !isField(line, end < 0)) {
                // A comment keeps the connection alive, which is for the client; anything else is no event at all.
                return Verdict.FINE;
            }
            if (end < 0) {
                return Verdict.UNDECIDED;
            }
            at = end + 1;
        }
        return Verdict.UNDECIDED;
    }

    /** Whether a line belongs to an event before its data, or may do so once it has ended. */
    private static boolean isField(String line, boolean mayBePart) {
        return line.isEmpty()
                || FIELDS.stream().anyMatch(field -> line.startsWith(field) || (mayBePart && field.startsWith(line)));
    }

    /** A line that has not ended yet: one that cannot be an error goes on at once. */
    private static Verdict partial(String line) {
        return line.length() > 64 && !line.contains("\"error\"") ? Verdict.FINE : Verdict.UNDECIDED;
    }

    private static Verdict judge(String line) {
        String json = line.startsWith("data:") ? line.substring(5).strip() : line;
        if (!json.startsWith("{") || !json.contains("error")) {
            return Verdict.FINE;
        }
        try {
            JsonNode event = JSON.readTree(json);
            JsonNode error = event.path("error");
            boolean isError = !error.isMissingNode() && !error.isNull();
            return isError && (isBusy(error) || isBusy(event)) ? Verdict.BUSY : Verdict.FINE;
        } catch (JsonProcessingException e) {
            return Verdict.FINE;
        }
    }

    private static boolean isBusy(JsonNode error) {
        if (error.isTextual()) {
            return isBusy(error.asText());
        }
        return BUSY_CODES.contains(error.path("code").asInt())
                || BUSY_CODES.contains(error.path("status").asInt())
                || isBusy(error.path("code").asText())
                || isBusy(error.path("type").asText())
                || isBusy(error.path("message").asText());
    }

    private static boolean isBusy(String text) {
        return BUSY_WORDS.matcher(text.toLowerCase(Locale.ROOT)).find();
    }
}
