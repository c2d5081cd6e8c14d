// SPDX-License-Identifier: Apache-2.0
package io.anteroom.rate;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Finds out how many tokens an answer has used, by reading along while it is written: from its {@code usage}, wherever
 * the known APIs put that, or else from the number of streamed pieces. Keeps nothing of the answer. What a model writes
 * cannot be taken for figures, because only members at the places where the APIs put them count. Written to by one
 * thread at a time; {@link #usage()} may be called by any.
 */
public final class AnswerMeter {
    private static final int BYTES_PER_TOKEN = 4;
    private static final int FAILED = 400;

    /** What the answer is written in. */
    private enum Form {
        /** Nothing has been written. */
        NONE,
        /** One JSON text. */
        JSON,
        /** A JSON text in each line, bare or behind {@code data:}. */
        LINES,
        /** Anything else, or something compressed: counted, not read. */
        OTHER
    }

    private final long prompt;
    private final UsageScanner scanner = new UsageScanner();
    private Form form = Form.NONE;
    private int status;
    private long bytes;
    /** Written last and read first, so that whoever asks sees the rest. */
    private volatile long fed;

    AnswerMeter(long prompt) {
        this.prompt = prompt;
    }

    /** Whether the answer's head has been told. */
    public boolean hasBegun() {
        return form != Form.NONE;
    }

    /**
     * The answer begins.
     *
     * @param status its status
     * @param type its content type, or null
     * @param encoding its content encoding, or null
     */
    public void begin(int status, @Nullable String type, @Nullable String encoding) {
        this.status = status;
        boolean isPlain = encoding == null || encoding.equalsIgnoreCase("identity");
        form = isPlain && type != null ? form(type.toLowerCase(Locale.ROOT)) : Form.OTHER;
        fed = bytes;
    }

    private static Form form(String type) {
        if (type.startsWith("text/event-stream") || type.contains("ndjson") || type.contains("jsonl")) {
            return Form.LINES;
        }
        return type.contains("json") ? Form.JSON : Form.OTHER;
    }

    /** A piece of the answer. */
    public void feed(byte[] piece, int offset, int length) {
        if (form == Form.JSON || form == Form.LINES) {
            boolean isLines = form == Form.LINES;
            for (int i = offset; i < offset + length; i++) {
                scanner.next(piece[i], isLines);
            }
        }
        bytes += length;
        fed = bytes;
    }

    /** One byte of the answer, or one character of it: figures and names are all of them ASCII. */
    public void feed(int one) {
        if (form == Form.JSON || form == Form.LINES) {
            scanner.next(one < 0x80 ? (byte) one : (byte) '?', form == Form.LINES);
        }
        bytes++;
        fed = bytes;
    }

    /** What has been used, as far as is known by now. */
    Usage usage() {
        long length = fed;
        long input = scanner.input();
        long output = scanner.output();
        if (input >= 0 || output >= 0) {
            return new Usage(input >= 0 ? input : prompt, output >= 0 ? output : counted(length));
        }
        return status >= FAILED ? Usage.NONE : new Usage(prompt, counted(length));
    }

    private long counted(long length) {
        return form == Form.LINES ? scanner.texts() : (length + BYTES_PER_TOKEN - 1) / BYTES_PER_TOKEN;
    }
}
