// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.store.Role;

/**
 * An entry of the navigation.
 *
 * @param group under which heading
 * @param order among those of its group, smallest first
 * @param id by which views say where they belong
 * @param label what people read
 * @param path as {@code /users}
 * @param icon a symbol of {@code parts/icons.html}, without {@code i-}
 * @param key the second key of its shortcut {@code g} and this; 0 for none
 * @param role the least role that sees it
 */
public record NavItem(Group group, int order, String id, String label, String path, String icon, char key, Role role) {
    /** A heading in the navigation. */
    public enum Group {
        /** What goes on. */
        OPERATE("Operate"),
        /** What shall be. */
        CONFIGURE("Configure"),
        /** Who may. */
        ADMINISTER("Administer");

        private final String label;

        Group(String label) {
            this.label = label;
        }

        /** What people read. */
        public String label() {
            return label;
        }
    }

    /** The shortcut as people read it, or empty. */
    public String shortcut() {
        return key == 0 ? "" : "g " + key;
    }
}
