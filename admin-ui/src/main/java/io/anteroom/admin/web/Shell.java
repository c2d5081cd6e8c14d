// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

import io.anteroom.admin.access.Principal;
import io.anteroom.admin.store.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the layout shows around a page: templates see it as {@code shell}.
 *
 * @param title of the document
 * @param section the id of the entry of the navigation that is current
 * @param theme {@code auto}, {@code light} or {@code dark}
 * @param site where one is
 * @param readOnly why nothing can be changed now, or empty
 * @param groups the navigation as far as the visitor may see it
 * @param visitor who has logged in, or null
 * @param csrf the token that forms send along, or empty
 * @param flash what is said once, or null
 * @param assets where scripts and style sheets are
 * @param idleSeconds how long a session lasts that is not used
 * @param nowSeconds what time it is
 */
public record Shell(
        String title,
        String section,
        String theme,
        Site.Identity site,
        String readOnly,
        List<Group> groups,
        @Nullable Principal visitor,
        String csrf,
        @Nullable Flash flash,
        Map<String, String> assets,
        long idleSeconds,
        long nowSeconds) {
    /** A heading of the navigation with its entries. */
    public record Group(String label, List<NavItem> items) {}

    static List<Group> groups(List<NavItem> items, @Nullable Principal visitor) {
        List<Group> groups = new ArrayList<>();
        for (NavItem.Group group : NavItem.Group.values()) {
            List<NavItem> seen = items.stream()
                    .filter(item -> item.group() == group
                            && visitor != null
                            && visitor.role().covers(item.role()))
                    .toList();
            if (!seen.isEmpty()) {
                groups.add(new Group(group.label(), seen));
            }
        }
        return List.copyOf(groups);
    }

    /** Whether the visitor may do what that role may, as far as roles go. */
    public boolean may(String role) {
        return visitor != null && visitor.role().covers(Role.valueOf(role.toUpperCase(java.util.Locale.ROOT)));
    }

    /** Whether the visitor may change what that role may change, and changes are possible at all. */
    public boolean canChange(String role) {
        return readOnly.isEmpty() && may(role);
    }
}
