// SPDX-License-Identifier: Apache-2.0
/** The pages about callers: keys, groups, everybody else, and who uses how much. */
@NullMarked
package io.anteroom.admin.web.callers;

import org.jspecify.annotations.NullMarked;
