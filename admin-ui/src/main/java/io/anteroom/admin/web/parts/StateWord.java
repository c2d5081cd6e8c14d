// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.parts;

import java.util.Locale;

/**
 * A state in one word, told apart by colour, symbol and text: {@code parts/word :: state(w)}.
 *
 * @param tone its colour
 * @param icon a symbol of {@code icons.svg}, without {@code i-}
 * @param text what people read
 */
public record StateWord(Tone tone, String icon, String text) {
    /** How a state is meant. */
    public enum Tone {
        /** As it should be. */
        OK,
        /** At work, to be looked at. */
        NOTE,
        /** Getting worse. */
        WARN,
        /** Not as it should be. */
        BAD,
        /** Stopped by somebody. */
        HOLD,
        /** Nothing to say. */
        IDLE;

        /** Its name in style sheets. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** As it should be. */
    public static StateWord ok(String text) {
        return new StateWord(Tone.OK, "check", text);
    }

    /** At work. */
    public static StateWord note(String text) {
        return new StateWord(Tone.NOTE, "info", text);
    }

    /** Getting worse. */
    public static StateWord warn(String text) {
        return new StateWord(Tone.WARN, "warn", text);
    }

    /** Not as it should be. */
    public static StateWord bad(String text) {
        return new StateWord(Tone.BAD, "cross", text);
    }

    /** Stopped by somebody. */
    public static StateWord hold(String text) {
        return new StateWord(Tone.HOLD, "pause", text);
    }

    /** Nothing to say. */
    public static StateWord idle(String text) {
        return new StateWord(Tone.IDLE, "stop", text);
    }

    /** The same with another symbol. */
    public StateWord withIcon(String other) {
        return new StateWord(tone, other, text);
    }
}
