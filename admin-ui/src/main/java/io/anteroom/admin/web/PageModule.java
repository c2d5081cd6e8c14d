// SPDX-License-Identifier: Apache-2.0
package io.anteroom.admin.web;

/** Pages that belong together. */
@FunctionalInterface
public interface PageModule {
    /** Adds its routes, its entries in the navigation, and what the search finds. */
    void addTo(Site.Builder site);
}
