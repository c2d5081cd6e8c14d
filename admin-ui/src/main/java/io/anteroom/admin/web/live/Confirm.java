// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.live;

import io.anteroom.admin.web.parts.Field;
import java.util.List;

/**
 * A page that asks before something is done, and says what it would do: {@code live/confirm}.
 *
 * @param up the page that it belongs to
 * @param upLabel what that is called
 * @param title what would be done
 * @param effect what that means, in numbers
 * @param points what else is to be known
 * @param fields what is to be filled in
 * @param hidden what is sent along
 * @param action where to
 * @param button what one presses
 * @param isDangerous whether somebody loses something by it
 */
record Confirm(
        String up,
        String upLabel,
        String title,
        String effect,
        List<String> points,
        List<Field> fields,
        List<Hidden> hidden,
        String action,
        String button,
        boolean isDangerous) {
    /** Copies the lists. */
    Confirm {
        points = List.copyOf(points);
        fields = List.copyOf(fields);
        hidden = List.copyOf(hidden);
    }

    /** A value that is sent along. */
    record Hidden(String name, String value) {}
}
