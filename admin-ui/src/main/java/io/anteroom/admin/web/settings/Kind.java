// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** How a value of the document is written in a field. What cannot be read becomes a text, which the check refuses. */
enum Kind {
    /** A whole number. */
    WHOLE(BigDecimal.ONE),
    /** A whole number, or nothing for no bound. */
    BOUND(BigDecimal.ONE),
    /** Seconds, in the document milliseconds. */
    SECONDS(BigDecimal.valueOf(1000)),
    /** Mebibytes, in the document bytes. */
    MEBIBYTES(BigDecimal.valueOf(1 << 20)),
    /** A word, or a text that may be left out. */
    TEXT(BigDecimal.ONE),
    /** Yes or no. */
    FLAG(BigDecimal.ONE);

    private static final int LONGEST_NUMBER = 24;
    private final BigDecimal scale;

    Kind(BigDecimal scale) {
        this.scale = scale;
    }

    String shown(JsonNode node) {
        if (node.isMissingNode() || node.isNull()) {
            return "";
        }
        if (this == FLAG) {
            return node.asBoolean() ? "on" : "";
        }
        if (!node.isNumber()) {
            return node.asText();
        }
        BigDecimal shown = node.decimalValue().divide(scale, 6, RoundingMode.HALF_EVEN);
        return shown.signum() == 0 ? "0" : shown.stripTrailingZeros().toPlainString();
    }

    JsonNode read(String field) {
        String text = field.strip();
        if (this == FLAG) {
            return Document.NODES.booleanNode(text.equals("on"));
        }
        if (text.isEmpty() && (this == BOUND || this == TEXT)) {
            return Document.NODES.nullNode();
        }
        return this == TEXT ? Document.NODES.textNode(text) : number(text);
    }

    private JsonNode number(String text) {
        try {
            if (text.length() > LONGEST_NUMBER) {
                return Document.NODES.textNode(text);
            }
            BigDecimal exact = new BigDecimal(text);
            if (Math.abs(exact.scale()) > LONGEST_NUMBER) {
                return Document.NODES.textNode(text);
            }
            BigDecimal scaled = exact.multiply(scale).stripTrailingZeros();
            return scaled.scale() <= 0 && scaled.precision() - scaled.scale() <= 18
                    ? Document.NODES.numberNode(scaled.longValueExact())
                    : Document.NODES.textNode(text);
        } catch (NumberFormatException e) {
            return Document.NODES.textNode(text);
        }
    }
}
