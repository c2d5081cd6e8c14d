// SPDX-License-Identifier: Apache-2.0
package io.anteroom.servlet;

import io.anteroom.protocol.Metadata;
import java.util.function.IntUnaryOperator;

/**
 * Puts the member {@code gateflow} into one JSON answer, in the first write that has more than white space: nothing is
 * held back, so answers of any length stay as cheap as they are. A first write that does not show the beginning of an
 * object leaves the answer alone. Used by one thread at a time.
 */
final class Splice {
    private final ExchangeResponse response;
    private boolean isDecided;

    Splice(ExchangeResponse response) {
        this.response = response;
    }

    boolean isDecided() {
        return isDecided;
    }

    /**
     * Looks at the next piece of the answer.
     *
     * @return where the text goes, or less than 0
     */
    int place(IntUnaryOperator piece, int from, int to) {
        int place = Metadata.place(piece, from, to);
        if (place == Metadata.UNDECIDED) {
            return place;
        }
        isDecided = true;
        return place >= 0 && response.takesMetadata() ? place : Metadata.NOWHERE;
    }

    /** What goes there; the length of the answer is corrected. */
    String text(IntUnaryOperator piece, int place, int to) {
        String member = response.metadata();
        String text = Metadata.needsComma(piece, place, to) ? member + "," : member;
        response.growsBy(text.length());
        return text;
    }
}
