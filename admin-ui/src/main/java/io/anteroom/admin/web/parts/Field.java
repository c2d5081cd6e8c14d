// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.parts;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A field of a form: {@code parts/form :: field(f)}. Made by {@link #text} and its like, then changed by {@code with}.
 *
 * @param type how it is filled in
 * @param id its name in the form
 * @param label what people read above it
 * @param help what it does, its bounds, its default
 * @param unit what its number counts, or empty
 * @param value what is in it; {@code on} for a box that is ticked
 * @param error what is wrong with it, or empty
 * @param options what can be chosen
 * @param rules what browsers check
 * @param locked whether it can only be read
 */
public record Field(
        Type type,
        String id,
        String label,
        String help,
        String unit,
        String value,
        String error,
        List<Option> options,
        Rules rules,
        boolean locked) {
    /** How a field is filled in. */
    public enum Type {
        /** A line. */
        TEXT,
        /** A line that is not shown. */
        PASSWORD,
        /** A number. */
        NUMBER,
        /** A line for searching. */
        SEARCH,
        /** A day. */
        DATE,
        /** Lines. */
        AREA,
        /** Lines of code. */
        CODE,
        /** One of a list that unfolds. */
        SELECT,
        /** One of a list that is seen. */
        RADIO,
        /** Yes or no. */
        CHECKBOX;

        /** Its name in HTML, where it has one. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What can be chosen.
     *
     * @param value what is sent
     * @param label what people read
     * @param help what it means, perhaps empty
     */
    public record Option(String value, String label, String help) {
        /** An option that explains itself. */
        public static Option of(String value, String label) {
            return new Option(value, label, "");
        }
    }

    /**
     * What browsers check, and how they help.
     *
     * @param required whether it must be filled in
     * @param least the smallest number, or null
     * @param most the largest number, or null
     * @param longest how many characters, 0 for any number
     * @param autocomplete what browsers may fill in
     * @param first whether the page begins with it
     */
    public record Rules(
            boolean required,
            @Nullable Number least,
            @Nullable Number most,
            int longest,
            String autocomplete,
            boolean first) {
        static final Rules NONE = new Rules(false, null, null, 0, "off", false);
    }

    /** Copies the options. */
    public Field {
        options = List.copyOf(options);
    }

    private static Field of(Type type, String id, String label, List<Option> options) {
        return new Field(type, id, label, "", "", "", "", options, Rules.NONE, false);
    }

    /** A line. */
    public static Field text(String id, String label) {
        return of(Type.TEXT, id, label, List.of());
    }

    /** A line that is not shown, and never sent back. */
    public static Field password(String id, String label, String autocomplete) {
        Field plain = of(Type.PASSWORD, id, label, List.of());
        return plain.with(new Rules(true, null, null, 0, autocomplete, false));
    }

    /** A number with its unit. */
    public static Field number(String id, String label, String unit) {
        return new Field(Type.NUMBER, id, label, "", unit, "", "", List.of(), Rules.NONE, false);
    }

    /** A line for searching. */
    public static Field search(String id, String label) {
        return of(Type.SEARCH, id, label, List.of());
    }

    /** A day. */
    public static Field date(String id, String label) {
        return of(Type.DATE, id, label, List.of());
    }

    /** Lines. */
    public static Field area(String id, String label) {
        return of(Type.AREA, id, label, List.of());
    }

    /** Lines of code. */
    public static Field code(String id, String label) {
        return of(Type.CODE, id, label, List.of());
    }

    /** One of a list that unfolds. */
    public static Field select(String id, String label, List<Option> options) {
        return of(Type.SELECT, id, label, options);
    }

    /** One of a list that is seen. */
    public static Field radio(String id, String label, List<Option> options) {
        return of(Type.RADIO, id, label, options);
    }

    /** Yes or no. */
    public static Field checkbox(String id, String label) {
        return of(Type.CHECKBOX, id, label, List.of());
    }

    /** The same with help below it. */
    public Field help(String text) {
        return new Field(type, id, label, text, unit, value, error, options, rules, locked);
    }

    /** The same filled in. */
    public Field value(String text) {
        return new Field(type, id, label, help, unit, text, error, options, rules, locked);
    }

    /** The same ticked or not. */
    public Field ticked(boolean isTicked) {
        return value(isTicked ? "on" : "");
    }

    /** The same with something wrong about it, or with nothing if that is null or empty. */
    public Field error(@Nullable String text) {
        return new Field(type, id, label, help, unit, value, text == null ? "" : text, options, rules, locked);
    }

    /** The same that must be filled in. */
    public Field required() {
        return with(new Rules(true, rules.least(), rules.most(), rules.longest(), rules.autocomplete(), rules.first()));
    }

    /** The same with bounds. */
    public Field between(@Nullable Number least, @Nullable Number most) {
        return with(new Rules(rules.required(), least, most, rules.longest(), rules.autocomplete(), rules.first()));
    }

    /** The same with at most so many characters. */
    public Field longest(int characters) {
        return with(new Rules(
                rules.required(), rules.least(), rules.most(), characters, rules.autocomplete(), rules.first()));
    }

    /** The same that browsers may fill in. */
    public Field autocomplete(String what) {
        return with(new Rules(rules.required(), rules.least(), rules.most(), rules.longest(), what, rules.first()));
    }

    /** The same, and the page begins with it. */
    public Field first() {
        return with(
                new Rules(rules.required(), rules.least(), rules.most(), rules.longest(), rules.autocomplete(), true));
    }

    /** The same that can only be read, or not. */
    public Field locked(boolean isLocked) {
        return new Field(type, id, label, help, unit, value, error, options, rules, isLocked);
    }

    private Field with(Rules others) {
        return new Field(type, id, label, help, unit, value, error, options, others, locked);
    }

    /** Whether something is wrong with it. */
    public boolean isWrong() {
        return !error.isEmpty();
    }

    /** Whether its label says that it may be left out. */
    public boolean isOptional() {
        boolean isSought = type == Type.SELECT || type == Type.SEARCH || type == Type.DATE;
        return !rules.required() && !locked && hasLabelAbove() && !isSought;
    }

    /** Whether its label is above it. */
    public boolean hasLabelAbove() {
        return type != Type.CHECKBOX && type != Type.RADIO;
    }

    /** Whether it is of several lines. */
    public boolean isArea() {
        return type == Type.AREA || type == Type.CODE;
    }

    /** Whether it is of one line. */
    public boolean isLine() {
        return hasLabelAbove() && !isArea() && type != Type.SELECT;
    }

    /** Help and unit, for those who only hear it. */
    public String helpWithUnit() {
        return unit + help;
    }

    /** Where what describes it is, or null. */
    public @Nullable String describedBy() {
        String helped = helpWithUnit().isEmpty() ? "" : "h-" + id;
        String wrong = isWrong() ? "e-" + id : "";
        String both = (helped + " " + wrong).strip();
        return both.isEmpty() ? null : both;
    }
}
