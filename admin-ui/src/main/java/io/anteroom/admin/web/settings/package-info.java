// SPDX-License-Identifier: Apache-2.0
/**
 * The pages on which the settings are edited. A form is a list of {@link io.anteroom.admin.web.settings.Item}s, each
 * bound to one place of the settings document; what it changes is an {@link io.anteroom.admin.web.settings.Edit}, a few
 * steps from a revision to another, which travels in the page until it is saved. So nothing is kept on the server, and
 * an edit can be put on top of another's.
 */
@NullMarked
package io.anteroom.admin.web.settings;

import org.jspecify.annotations.NullMarked;
