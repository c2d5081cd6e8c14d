// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web.settings;

import java.util.List;

/**
 * Items that belong together.
 *
 * @param id where it is on the page
 * @param title what people read above it
 * @param lede what it is about
 * @param isTight whether its fields are many and short
 * @param items in their order
 */
record Section(String id, String title, String lede, boolean isTight, List<Item> items) {
    Section {
        items = List.copyOf(items);
    }
}
