// SPDX-License-Identifier: Apache-2.0
/**
 * What the fragments below {@code templates/parts} are given: fields, words, meters, pagers, differences. Immutable.
 */
@NullMarked
package io.anteroom.admin.web.parts;

import org.jspecify.annotations.NullMarked;
