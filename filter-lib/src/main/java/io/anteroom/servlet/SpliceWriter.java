// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import java.io.IOException;
import java.io.Writer;
import java.util.function.IntUnaryOperator;

/** A writer into which a {@link Splice} goes. */
final class SpliceWriter extends Writer {
    private final Writer out;
    private final Splice splice;

    SpliceWriter(Writer out, Splice splice) {
        super(out);
        this.out = out;
        this.splice = splice;
    }

    @Override
    public void write(char[] text, int offset, int length) throws IOException {
        IntUnaryOperator piece = at -> text[at];
        int end = offset + length;
        int place = splice.isDecided() ? -1 : splice.place(piece, offset, end);
        if (place < 0) {
            out.write(text, offset, length);
            return;
        }
        out.write(text, offset, place - offset);
        out.write(splice.text(piece, place, end));
        out.write(text, place, end - place);
    }

    @Override
    public void flush() throws IOException {
        out.flush();
    }

    @Override
    public void close() throws IOException {
        out.close();
    }
}
