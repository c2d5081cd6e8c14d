// SPDX-License-Identifier: Apache-2.0
/**
 * The pages that live: how the pools stand, who waits, what backends and servers there are, and what an operator can do
 * about it. All live figures of a window come through one stream; a page reads without it as well.
 */
@NullMarked
package io.anteroom.admin.web.live;

import org.jspecify.annotations.NullMarked;
