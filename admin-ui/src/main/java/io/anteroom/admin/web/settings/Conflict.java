// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import io.anteroom.settings.Revision;
import java.util.List;

/**
 * Two edits of one revision.
 *
 * @param edit mine, to be sent along
 * @param merged mine on top of theirs, to be sent along
 * @param base the revision that mine was made from
 * @param theirs the revision that counts now
 * @param rows what one of both changed
 * @param clashes how many of them both changed, to something else
 * @param from the form to go back to
 */
record Conflict(
        String edit, String merged, long base, Revision.Note theirs, List<Row> rows, long clashes, String from) {
    /**
     * A value that one of both changed.
     *
     * @param place where it stands
     * @param before what it was, empty for nothing
     * @param theirs what it is now
     * @param mine what I want it to be
     * @param isClash whether both changed it, to something else
     */
    record Row(String place, String before, String theirs, String mine, boolean isClash) {}
}
