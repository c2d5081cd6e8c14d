// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.parts;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A share, or shares side by side: {@code parts/word :: meter(b)} and {@code legend(b)}. What the bar shows is also
 * said.
 *
 * @param text what it says, as {@code 6 of 8 slots}
 * @param hint said besides, perhaps empty
 * @param parts from left to right
 */
public record Bar(String text, String hint, List<Part> parts) {
    private static final double WHOLE = 1000;

    /**
     * A part of a bar.
     *
     * @param from where it begins, of 1000
     * @param length how long it is, of 1000
     * @param tone its colour by meaning, or null
     * @param series its colour by order, from 1 to 5, or null
     * @param label what it is
     * @param text how much it is
     */
    public record Part(
            long from,
            long length,
            @Nullable String tone,
            @Nullable Integer series,
            String label,
            String text) {}

    /**
     * What is put side by side.
     *
     * @param label what it is
     * @param value how much
     */
    public record Value(String label, double value) {}

    /** Copies the parts. */
    public Bar {
        parts = List.copyOf(parts);
    }

    /** A share of a whole, in the accent colour, or in the colour of a meaning. */
    public static Bar share(String text, String hint, double value, double whole, StateWord.@Nullable Tone tone) {
        long length = whole <= 0 ? 0 : Math.round(WHOLE * Math.max(0, Math.min(1, value / whole)));
        return new Bar(text, hint, List.of(new Part(0, length, tone == null ? null : tone.word(), null, text, hint)));
    }

    /** Values side by side; of a whole that is at least their sum. */
    public static Bar stack(String text, String hint, List<Value> values, double whole) {
        double sum = values.stream().mapToDouble(Value::value).sum();
        double scale = Math.max(sum, whole) <= 0 ? 0 : WHOLE / Math.max(sum, whole);
        List<Part> parts = new ArrayList<>();
        double from = 0;
        for (int i = 0; i < values.size(); i++) {
            Value value = values.get(i);
            double length = value.value() * scale;
            String said = value.value() == Math.rint(value.value())
                    ? Long.toString((long) value.value())
                    : Double.toString(value.value());
            parts.add(new Part(Math.round(from), Math.round(length), null, i % 5 + 1, value.label(), said));
            from += length;
        }
        return new Bar(text, hint, parts);
    }
}
