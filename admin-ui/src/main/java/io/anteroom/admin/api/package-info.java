// SPDX-License-Identifier: Apache-2.0
/** The management API: one table of routes, from which routing, authorisation and the OpenAPI document come. */
@NullMarked
package io.anteroom.admin.api;

import org.jspecify.annotations.NullMarked;
