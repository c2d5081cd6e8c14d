// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.parts;

/**
 * The way through a long list: {@code parts/table :: pager(p)}.
 *
 * @param text which part this is
 * @param previous the path of the part before, with its query, or empty
 * @param previousLabel what that is called
 * @param next the path of the part after, with its query, or empty
 * @param nextLabel what that is called
 */
public record Pager(String text, String previous, String previousLabel, String next, String nextLabel) {
    /** A list that is sorted by time, newest first. */
    public static Pager byTime(String text, String newer, String older) {
        return new Pager(text, newer, "Newer", older, "Older");
    }

    /** Any other list. */
    public static Pager of(String text, String previous, String next) {
        return new Pager(text, previous, "Previous", next, "Next");
    }
}
