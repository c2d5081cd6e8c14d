// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import io.anteroom.admin.preview.PreviewReport;
import io.anteroom.admin.web.parts.Difference;
import java.util.List;

/**
 * What is shown before an edit is saved.
 *
 * @param edit the edit, to be sent along
 * @param base the revision that it was made from
 * @param from the form to go back to
 * @param differences what differs
 * @param more how many differences are not shown
 * @param previews what the changes of pools would have done
 * @param comment what has been written
 * @param problem why saving did not work, or empty
 */
record Review(
        String edit,
        long base,
        String from,
        List<Difference> differences,
        int more,
        List<PoolPreview> previews,
        String comment,
        String problem) {
    /** A pool's last hour, with the old numbers and with the new. */
    record PoolPreview(String pool, PreviewReport report, List<Line> lines) {}

    /**
     * One level, or all of them, before and after.
     *
     * @param label of the level
     * @param isTotal whether it is all levels together
     */
    record Line(
            String label, boolean isTotal, int arrived, PreviewReport.Figures before, PreviewReport.Figures after) {}
}
