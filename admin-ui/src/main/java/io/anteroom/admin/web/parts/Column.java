// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.parts;

/**
 * The head of a column by which a table can be sorted: {@code parts/table :: sort(c)}.
 *
 * @param label what people read
 * @param path the page sorted by this column, or the other way round if it is already
 * @param sort {@code ascending} or {@code descending} if the table is sorted by it now, else empty
 * @param numeric whether its values are numbers
 */
public record Column(String label, String path, String sort, boolean numeric) {
    /**
     * A column of a page that takes {@code sort=id} or {@code sort=-id}.
     *
     * @param page the path with its query, without {@code sort}
     * @param current how it is sorted now
     */
    public static Column of(String label, String id, String page, String current, boolean numeric) {
        String sort = current.equals(id) ? "ascending" : current.equals("-" + id) ? "descending" : "";
        String next = sort.equals("ascending") ? "-" + id : id;
        return new Column(label, page + (page.indexOf('?') < 0 ? "?" : "&") + "sort=" + next, sort, numeric);
    }
}
