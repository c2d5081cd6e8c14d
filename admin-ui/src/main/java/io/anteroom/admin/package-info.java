// SPDX-License-Identifier: Apache-2.0
/** Management API and operator pages. */
@NullMarked
package io.anteroom.admin;

import org.jspecify.annotations.NullMarked;
