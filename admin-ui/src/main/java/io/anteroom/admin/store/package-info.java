// SPDX-License-Identifier: Apache-2.0
/** What outlives a restart: settings and the audit log, in H2 or PostgreSQL. */
@NullMarked
package io.anteroom.admin.store;

import org.jspecify.annotations.NullMarked;
