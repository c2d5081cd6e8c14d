// SPDX-License-Identifier: Apache-2.0
/**
 * The pages of the administration: one servlet, rendered on the server, usable without JavaScript.
 *
 * <p>A part of the pages is a {@link io.anteroom.admin.web.PageModule}. It adds to a
 * {@link io.anteroom.admin.web.Site.Builder}:
 *
 * <ul>
 *   <li>routes: method, path as {@code /pools/{pool}}, the least {@link io.anteroom.admin.store.Role}, and a
 *       {@link io.anteroom.admin.web.Page} that turns a {@link io.anteroom.admin.web.PageRequest} into an
 *       {@link io.anteroom.admin.web.Answer}: a view (template and a record), a redirect after a change, or a download;
 *   <li>entries of the navigation ({@link io.anteroom.admin.web.NavItem});
 *   <li>what the search finds ({@link io.anteroom.admin.web.SearchSource}).
 * </ul>
 *
 * <p>The servlet does the rest: security headers, who asks, the role, the CSRF token of changes, errors with an id, the
 * layout. Templates link with {@code @{/pools/{pool}(pool=${p.name})}}, which becomes relative to the page that is
 * shown; they use the fragments of {@code parts/} and never unescaped text. How a page is added, step by step, and how
 * it is tested, is in docs/decisions/0016-pages.md.
 */
@NullMarked
package io.anteroom.admin.web;

import org.jspecify.annotations.NullMarked;
