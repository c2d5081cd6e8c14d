// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.parts;

/**
 * One value that differs: {@code parts/table :: difference(rows, before, after)}.
 *
 * @param path whose value
 * @param before empty if it was not set
 * @param after empty if it is removed
 */
public record Difference(String path, String before, String after) {}
